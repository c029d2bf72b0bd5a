import type { Failure } from '../../domain/failure.ts';
import type { Evidence } from '../../domain/kind.ts';
import { HelloReader } from '../../tls/hello.ts';
import {
  ALERT,
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  HANDSHAKE,
  MESSAGE_HEAD_BYTES,
  RECORD_HEAD_BYTES,
} from '../../tls/numbers.ts';
import { certificateFacts } from '../certificate-facts.ts';
import { EARLY_REQUEST, type Attempt, type Negotiated, type Session, type TicketFacts } from '../engine.ts';
import type { NativeMemory } from '../ffi.ts';
import type { TlsConnection } from '../reactor/tls-connection.ts';
import { CLOSE_NOTIFY, FATAL, sendAlert, WARNING } from './alert.ts';
import { Connection } from './connection.ts';
import { alerted, Fault, fault } from './fault.ts';
import { take12, takeChangeCipherSpec12 } from './handshake12.ts';
import { armWrite13, sendEarlyData, take13, takeLater13 } from './handshake13.ts';
import { Inbox, messageBytes } from './inbox.ts';
import { sendFirstHello } from './offer.ts';
import { protectLast13 } from './keys13.ts';
import { sessionOf } from './new-session.ts';
import { RecordStream } from './stream.ts';
import { NewTicket } from './ticket.ts';
import type { Tools } from './tools.ts';
import { WireClient } from './client.ts';

/** Of a connection that never came to a hello. */
const NO_EVIDENCE: Evidence = { protocol: 'TLSv1.3', resumed: false, offered: undefined, earlyData: 'none', hello: undefined };

/** More plaintext than any handshake: a server that talks on without end is cut off. */
const MOST_HANDSHAKE_BYTES = 262_144;

/** What all conversations of an engine share. */
export interface Shared {
  readonly tools: Tools;
  readonly joint: NativeMemory;
}

/**
 * One connection's TLS client without sockets: bytes in, bytes out (the contract is `TlsConnection`).
 *
 * Bytes become records (`stream.ts`), records messages (`inbox.ts`), and messages move the state of the connection on (`handshake12.ts`,
 * `handshake13.ts`). Whatever is wrong with them ends here, as a typed failure; no error of ours passes for a fault of the peer.
 */
export class WireConversation implements TlsConnection {
  status: TlsConnection['status'] = 'talking';
  outputBytes = 0;
  failure: Failure | undefined;
  isAnswered = false;

  readonly #shared: Shared;
  readonly #connection: Connection;
  readonly #hellos = new HelloReader();
  readonly #stream: RecordStream;
  readonly #inbox = new Inbox();
  readonly #ticket = new NewTicket();
  #taken = 0;
  #isSessionTaken = false;
  /** What goes out behind the Finished, `undefined` when nothing does. */
  #request: string | undefined;

  constructor(shared: Shared) {
    this.#shared = shared;
    this.#connection = new Connection(shared.tools.primitives);
    this.#stream = new RecordStream(shared.joint, (memory, at, length) => {
      this.#takeRecord(memory, at, length);
    });
  }

  get evidence(): Evidence {
    if (!this.#connection.isBegun) return NO_EVIDENCE;
    const { client, isResumed, offered, earlyData } = this.#connection;
    return {
      protocol: client.settings.protocol,
      resumed: isResumed,
      offered: offered?.mechanism,
      earlyData: earlyData === 'sent' ? 'rejected' : earlyData,
      hello: this.#hellos.evidence(),
    };
  }

  get newestTicket(): TicketFacts | undefined {
    return this.ticketsReceived === 0 ? undefined : this.#ticket;
  }

  get ticketsReceived(): number {
    if (!this.#connection.isBegun) return 0;
    const { isTls13, isResumed, sessionIdBytes } = this.#connection;
    if (isTls13 || this.#ticket.count > 0) return this.#ticket.count;
    return this.status === 'finished' && !isResumed && sessionIdBytes > 0 ? 1 : 0;
  }

  /** A full TLS 1.2 handshake ends with the server's Finished; elsewhere the client has the last word until a ticket comes. */
  get isServerDone(): boolean {
    const { isTls13, isResumed } = this.#connection;
    return this.isAnswered || (isTls13 ? this.#ticket.count > 0 : !isResumed);
  }

  start(attempt: Attempt): void {
    const { tools } = this.#shared;
    const connection = this.#connection;
    const { client } = attempt;
    if (!(client instanceof WireClient)) throw new RangeError('a client of another engine');
    this.#reset(client);
    sendFirstHello(tools, connection, attempt);
    const { request } = client.settings;
    this.#request = attempt.sendsRequest ? request : undefined;
    if (connection.earlyData === 'sent') sendEarlyData(tools, connection, request ?? EARLY_REQUEST);
    this.outputBytes = tools.flight.length;
    this.#hellos.fromClient(tools.flight.memory.bytes, 0, this.outputBytes);
  }

  take(bytes: number): void {
    const { flight, exchange } = this.#shared.tools;
    flight.length = 0;
    if (!this.#hellos.isComplete) this.#hellos.fromServer(exchange.input.bytes, 0, bytes);
    try {
      this.#limit(bytes);
      this.#stream.take(exchange.input, bytes);
    } catch (error) {
      this.#fail(error);
    }
    this.outputBytes = flight.length;
    // Behind a HelloRetryRequest a second ClientHello goes out.
    if (this.outputBytes > 0 && !this.#hellos.isComplete) this.#hellos.fromClient(flight.memory.bytes, 0, this.outputBytes);
  }

  takeEnd(): void {
    this.outputBytes = 0;
  }

  sayGoodbye(): void {
    const { tools } = this.#shared;
    tools.flight.length = 0;
    if (this.#connection.isTls13) armWrite13(tools, this.#connection);
    sendAlert(tools, this.#connection, WARNING, CLOSE_NOTIFY);
    this.outputBytes = tools.flight.length;
  }

  takeSession(): Session | undefined {
    if (this.ticketsReceived === 0 || this.#isSessionTaken || this.status !== 'finished') return undefined;
    this.#isSessionTaken = true;
    return sessionOf(this.#shared.tools, this.#connection, this.#ticket);
  }

  negotiated(): Negotiated {
    const { suite, groupName, alpn, leaf } = this.#connection;
    return { cipher: suite?.name ?? '', group: groupName, alpn, ...certificateFacts(leaf) };
  }

  release(): void {
    this.#connection.release();
  }

  /** Everything that belongs to one connection, in one place: what is forgotten here would leak into the next handshake. */
  #reset(client: WireClient): void {
    this.#connection.begin(client);
    this.#hellos.reset();
    this.#stream.reset();
    this.#inbox.reset();
    this.#ticket.reset();
    this.#shared.tools.flight.length = 0;
    this.status = 'talking';
    this.outputBytes = 0;
    this.failure = undefined;
    this.isAnswered = false;
    this.#taken = 0;
    this.#isSessionTaken = false;
  }

  #limit(bytes: number): void {
    if (this.status === 'finished') return;
    this.#taken += bytes;
    if (this.#taken > MOST_HANDSHAKE_BYTES) throw fault('message_too_long');
  }

  #takeRecord(memory: NativeMemory, at: number, length: number): void {
    if (this.status === 'failed') return;
    const connection = this.#connection;
    const { records } = this.#shared.tools;
    if (memory.bytes[at] === CHANGE_CIPHER_SPEC) {
      this.#takeChangeCipherSpec(memory.bytes, at, length);
      return;
    }
    if (connection.isTls13 && connection.read.aead !== undefined && memory.bytes[at] !== APPLICATION_DATA) {
      this.#takeUnprotected(memory.bytes, at, length);
      return;
    }
    this.#open(memory, at, length);
    if (this.#inbox.length > 0 && records.type !== HANDSHAKE) throw fault('unexpected_message');
    if (records.type === HANDSHAKE) this.#takeMessages(memory, records.start, records.end);
    else if (records.type === ALERT) this.#takeAlert(memory.bytes, records.start, records.end);
    else if (records.type !== APPLICATION_DATA || this.status !== 'finished') throw fault('unexpected_message');
    else if (records.end > records.start) this.isAnswered = true;
  }

  #open(memory: NativeMemory, at: number, length: number): void {
    const { tools } = this.#shared;
    const connection = this.#connection;
    if (connection.isTls13 && connection.expects === 'nothing') protectLast13(tools, connection, 'read');
    tools.records.open(connection.read, memory, at, length);
  }

  /** A server that could not read our last flight may say so in the clear; nothing else comes unprotected any more. */
  #takeUnprotected(bytes: Uint8Array, at: number, length: number): void {
    if (bytes[at] !== ALERT || this.#inbox.length > 0) throw fault('unexpected_message');
    this.#takeAlert(bytes, at + RECORD_HEAD_BYTES, at + RECORD_HEAD_BYTES + length);
  }

  /** In TLS 1.3 a decoy (RFC 8446, section 5), in TLS 1.2 the change itself. */
  #takeChangeCipherSpec(bytes: Uint8Array, at: number, length: number): void {
    const connection = this.#connection;
    if (length !== 1 || bytes[at + 5] !== 1 || this.#inbox.length > 0) throw fault('unexpected_message');
    if (!connection.isTls13) takeChangeCipherSpec12(this.#shared.tools, connection);
    else if (this.status === 'finished' || (connection.expects === 'server-hello' && !connection.hasRetried)) {
      throw fault('unexpected_message');
    }
  }

  #takeAlert(bytes: Uint8Array, start: number, end: number): void {
    if (end - start !== 2) throw fault('decode_error');
    const [level, description] = [bytes[start] ?? FATAL, bytes[start + 1] ?? 0];
    if (description === CLOSE_NOTIFY) {
      if (this.status !== 'finished') throw new Fault({ kind: 'closed', detail: '' }, undefined);
      return;
    }
    // TLS 1.2 has warnings that end nothing, as unrecognized_name.
    if (level === WARNING && !this.#connection.isTls13) return;
    throw alerted(description);
  }

  #takeMessages(memory: NativeMemory, start: number, end: number): void {
    const inbox = this.#inbox;
    if (start === end) throw fault('unexpected_message');
    if (inbox.length === 0) {
      const taken = this.#takeWhole(memory, start, end);
      if (taken < end) inbox.add(memory.bytes, taken, end);
      return;
    }
    inbox.add(memory.bytes, start, end);
    inbox.drop(this.#takeWhole(inbox.memory, 0, inbox.length));
  }

  /** @returns where the first message begins that is not all there. */
  #takeWhole(memory: NativeMemory, start: number, end: number): number {
    let at = start;
    for (;;) {
      const length = messageBytes(memory.bytes, at, end);
      if (length === 0 || length > end - at) return at;
      const changedKeys = this.#takeMessage(memory, at, at + length);
      at += length;
      // Keys change between records, never inside one (RFC 8446, section 5.1).
      if (changedKeys && at !== end) throw fault('unexpected_message');
      if (this.#connection.expects === 'nothing' && this.status === 'talking') this.#finish();
    }
  }

  #takeMessage(memory: NativeMemory, start: number, end: number): boolean {
    const { tools } = this.#shared;
    const connection = this.#connection;
    const type = memory.bytes[start] ?? 0;
    tools.reader.over(memory, start + MESSAGE_HEAD_BYTES, end);
    if (connection.isTls13 && this.status !== 'finished') return take13(tools, connection, type);
    if (connection.isTls13) takeLater13(tools, type, this.#ticket);
    else take12(tools, connection, type, this.#ticket);
    return false;
  }

  #finish(): void {
    const { tools } = this.#shared;
    const connection = this.#connection;
    this.status = 'finished';
    if (this.#request === undefined || connection.earlyData === 'accepted') return;
    if (connection.isTls13) armWrite13(tools, connection);
    tools.flight.text(connection.write, this.#request);
  }

  /** The one place where a handshake fails. */
  #fail(error: unknown): void {
    if (!(error instanceof Fault)) throw error;
    if (this.status === 'finished') return;
    this.status = 'failed';
    this.failure = error.failure;
    if (error.alert === undefined) return;
    if (this.#connection.isTls13) armWrite13(this.#shared.tools, this.#connection);
    sendAlert(this.#shared.tools, this.#connection, FATAL, error.alert);
  }
}
