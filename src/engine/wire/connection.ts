import type { Failure } from '../../domain/failure.ts';
import type { UnusableReason } from '../../domain/judgement.ts';
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
import { Answer } from '../answer.ts';
import { certificateFacts } from '../certificate-facts.ts';
import { EARLY_REQUEST, type Attempt, type Negotiated, type Session, type TicketFacts } from '../engine.ts';
import type { NativeMemory } from '../ffi.ts';
import type { TlsConnection } from '../reactor/tls-connection.ts';
import { CLOSE_NOTIFY, FATAL, sendAlert, USER_CANCELED, WARNING } from './alert.ts';
import { HandshakeState } from './handshake-state.ts';
import { alerted, Fault, fault } from './fault.ts';
import { receive12, receiveChangeCipherSpec12, receivePostHandshake12 } from './handshake12.ts';
import { armWrite13, sendEarlyData, receive13, receivePostHandshake13 } from './handshake13.ts';
import { MessageJoiner, messageBytes } from './message-joiner.ts';
import { sendFirstHello } from './offer.ts';
import { protectLast13 } from './keys13.ts';
import { sessionOf } from './new-session.ts';
import { RecordDeframer } from './record-deframer.ts';
import { NewTicket } from './ticket.ts';
import type { WireContext } from './wire-context.ts';
import { WireClient } from './client.ts';

/** Evidence of a connection that never came to a hello. */
const NO_EVIDENCE: Evidence = { protocol: 'TLSv1.3', resumed: false, offered: undefined, earlyData: 'none', hello: undefined };

/** More plaintext than any handshake: a server that talks on without end is cut off. */
const MOST_HANDSHAKE_BYTES = 262_144;

/**
 * One connection's TLS client without sockets: bytes in, bytes out (the contract is `TlsConnection`).
 *
 * Bytes become records (`record-deframer.ts`), records messages (`message-joiner.ts`), and messages move the state of the connection on (`handshake12.ts`,
 * `handshake13.ts`). Whatever is wrong with them ends here, as a typed failure; no error of ours passes for a fault of the peer.
 */
export class WireConnection implements TlsConnection {
  status: TlsConnection['status'] = 'handshaking';
  outputBytes = 0;
  failure: Failure | undefined;
  readonly answer = new Answer();

  readonly #context: WireContext;
  readonly #state: HandshakeState;
  readonly #hellos = new HelloReader();
  readonly #deframer: RecordDeframer;
  readonly #joiner = new MessageJoiner();
  readonly #ticket = new NewTicket();
  #taken = 0;
  #hasCloseNotify = false;
  #isSessionTaken = false;
  /** Application data that goes out right after the Finished. */
  #request: string | undefined;

  constructor(context: WireContext) {
    this.#context = context;
    this.#state = new HandshakeState(context.primitives);
    this.#deframer = new RecordDeframer(context.reassemblyBuffer, (memory, at, length) => {
      this.#receiveRecord(memory, at, length);
    });
  }

  get evidence(): Evidence {
    if (!this.#state.isBegun) return NO_EVIDENCE;
    const { client, isResumed, offered, earlyData } = this.#state;
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
    if (!this.#state.isBegun) return 0;
    const { isTls13, isResumed, sessionIdBytes } = this.#state;
    if (isTls13 || this.#ticket.count > 0) return this.#ticket.count;
    return this.status === 'finished' && !isResumed && sessionIdBytes > 0 ? 1 : 0;
  }

  get unusableTicket(): UnusableReason | undefined {
    return this.#ticket.unusable;
  }

  get asksForCertificate(): boolean {
    return this.#state.isBegun && this.#state.isAskedForCertificate;
  }

  get isConfirmed(): boolean {
    const { isTls13, isResumed } = this.#state;
    const hasTicket = isTls13 && (this.#ticket.count > 0 || this.#ticket.unusable !== undefined);
    return this.answer.hasBegun || this.#hasCloseNotify || hasTicket || !(isTls13 || isResumed);
  }

  start(attempt: Attempt): void {
    const context = this.#context;
    const state = this.#state;
    const { client } = attempt;
    if (!(client instanceof WireClient)) throw new RangeError('a client of another engine');
    this.#reset(client);
    sendFirstHello(context, state, attempt);
    const { request } = client.settings;
    this.#request = attempt.sendsRequest ? request : undefined;
    if (state.earlyData === 'sent') sendEarlyData(context, state, request ?? EARLY_REQUEST);
    this.outputBytes = context.flight.length;
    this.#hellos.fromClient(context.flight.memory.bytes, 0, this.outputBytes);
  }

  receive(bytes: number): void {
    const { flight, exchange } = this.#context;
    flight.length = 0;
    if (!this.#hellos.isComplete) this.#hellos.fromServer(exchange.input.bytes, 0, bytes);
    try {
      this.#limit(bytes);
      this.#deframer.receive(exchange.input, bytes);
    } catch (error) {
      this.#fail(error);
    }
    this.outputBytes = flight.length;
    // After a HelloRetryRequest a second ClientHello goes out.
    if (this.outputBytes > 0 && !this.#hellos.isComplete) this.#hellos.fromClient(flight.memory.bytes, 0, this.outputBytes);
  }

  sendCloseNotify(): void {
    const context = this.#context;
    context.flight.length = 0;
    if (this.#state.isTls13) armWrite13(context, this.#state);
    sendAlert(context, this.#state, WARNING, CLOSE_NOTIFY);
    this.outputBytes = context.flight.length;
  }

  takeSession(): Session | undefined {
    if (this.ticketsReceived === 0 || this.#isSessionTaken || this.status !== 'finished') return undefined;
    this.#isSessionTaken = true;
    return sessionOf(this.#context, this.#state, this.#ticket);
  }

  negotiated(): Negotiated {
    const { suite, groupName, alpn, leaf } = this.#state;
    return { cipher: suite?.name ?? '', group: groupName, alpn, ...certificateFacts(leaf) };
  }

  release(): void {
    this.#state.release();
    this.#ticket.reset();
  }

  free(): void {
    this.#state.free();
  }

  /** Everything that belongs to one connection, in one place: what is forgotten here would leak into the next handshake. */
  #reset(client: WireClient): void {
    this.#state.begin(client);
    this.#hellos.reset();
    this.#deframer.reset();
    this.#joiner.reset();
    this.#ticket.reset();
    this.#context.flight.length = 0;
    this.status = 'handshaking';
    this.outputBytes = 0;
    this.failure = undefined;
    this.answer.reset();
    this.#taken = 0;
    this.#hasCloseNotify = false;
    this.#isSessionTaken = false;
  }

  #limit(bytes: number): void {
    if (this.status === 'finished') return;
    this.#taken += bytes;
    if (this.#taken > MOST_HANDSHAKE_BYTES) throw fault('too_many_messages');
  }

  #receiveRecord(memory: NativeMemory, at: number, length: number): void {
    if (this.status === 'failed') return;
    const state = this.#state;
    const { records } = this.#context;
    if (memory.bytes[at] === CHANGE_CIPHER_SPEC) {
      this.#receiveChangeCipherSpec(memory.bytes, at, length);
      return;
    }
    if (state.isTls13 && state.read.aead !== undefined && memory.bytes[at] !== APPLICATION_DATA) {
      this.#receiveUnprotected(memory.bytes, at, length);
      return;
    }
    this.#open(memory, at, length);
    if (this.#joiner.length > 0 && records.type !== HANDSHAKE) throw fault('unexpected_message');
    if (records.type === HANDSHAKE) this.#receiveMessages(memory, records.start, records.end);
    else if (records.type === ALERT) this.#receiveAlert(memory.bytes, records.start, records.end);
    else if (records.type !== APPLICATION_DATA || this.status !== 'finished') throw fault('unexpected_message');
    else this.answer.take(memory.bytes, records.start, records.end);
  }

  #open(memory: NativeMemory, at: number, length: number): void {
    const context = this.#context;
    const state = this.#state;
    if (state.isTls13 && state.expects === 'nothing') protectLast13(context, state, 'read');
    context.records.open(state.read, memory, at, length);
  }

  /** A server that could not read our last flight may say so in the clear; nothing else comes unprotected any more. */
  #receiveUnprotected(bytes: Uint8Array, at: number, length: number): void {
    if (bytes[at] !== ALERT || this.#joiner.length > 0) throw fault('unexpected_message');
    this.#receiveAlert(bytes, at + RECORD_HEAD_BYTES, at + RECORD_HEAD_BYTES + length);
  }

  /** In TLS 1.3 a decoy (RFC 8446, section 5), in TLS 1.2 the change itself. */
  #receiveChangeCipherSpec(bytes: Uint8Array, at: number, length: number): void {
    const state = this.#state;
    if (length !== 1 || bytes[at + 5] !== 1 || this.#joiner.length > 0) throw fault('unexpected_message');
    if (!state.isTls13) receiveChangeCipherSpec12(this.#context, state);
    else if (this.status === 'finished' || (state.expects === 'server-hello' && !state.hasRetried)) {
      throw fault('unexpected_message');
    }
  }

  #receiveAlert(bytes: Uint8Array, start: number, end: number): void {
    if (end - start !== 2) throw fault('decode_error');
    const [level, description] = [bytes[start] ?? FATAL, bytes[start + 1] ?? 0];
    if (description === CLOSE_NOTIFY) {
      if (this.status !== 'finished') throw new Fault({ kind: 'closed', detail: '' }, undefined);
      this.#hasCloseNotify = true;
      return;
    }
    // Warnings end nothing: in TLS 1.2 those that say so, as unrecognized_name; in TLS 1.3 only one that announces a close_notify.
    const isWarning = this.#state.isTls13 ? description === USER_CANCELED : level === WARNING;
    if (!isWarning) throw alerted(description);
  }

  #receiveMessages(memory: NativeMemory, start: number, end: number): void {
    const joiner = this.#joiner;
    if (start === end) throw fault('unexpected_message');
    if (joiner.length === 0) {
      const taken = this.#receiveWhole(memory, start, end);
      if (taken < end) joiner.add(memory.bytes, taken, end);
      return;
    }
    joiner.add(memory.bytes, start, end);
    joiner.drop(this.#receiveWhole(joiner.memory, 0, joiner.length));
  }

  /** @returns where the first message begins that is not all there. */
  #receiveWhole(memory: NativeMemory, start: number, end: number): number {
    let at = start;
    for (;;) {
      const length = messageBytes(memory.bytes, at, end);
      if (length === 0 || length > end - at) return at;
      const changedKeys = this.#receiveMessage(memory, at, at + length);
      at += length;
      // Keys change between records, never inside one (RFC 8446, section 5.1).
      if (changedKeys && at !== end) throw fault('unexpected_message');
      if (this.#state.expects === 'nothing' && this.status === 'handshaking') this.#finish();
    }
  }

  #receiveMessage(memory: NativeMemory, start: number, end: number): boolean {
    const context = this.#context;
    const state = this.#state;
    const type = memory.bytes[start] ?? 0;
    context.reader.over(memory, start + MESSAGE_HEAD_BYTES, end);
    const isFinished = this.status === 'finished';
    if (state.isTls13)
      return isFinished ? receivePostHandshake13(context, state, type, this.#ticket) : receive13(context, state, type);
    if (isFinished) receivePostHandshake12(type);
    else receive12(context, state, type, this.#ticket);
    return false;
  }

  #finish(): void {
    const state = this.#state;
    this.status = 'finished';
    if (this.#request === undefined || state.earlyData === 'accepted') return;
    if (state.isTls13) armWrite13(this.#context, state);
    this.#context.flight.text(state.write, this.#request);
  }

  /** The one place where a handshake fails, also after our end of it: the server's Finished need not be its last word. */
  #fail(error: unknown): void {
    if (!(error instanceof Fault)) throw error;
    this.status = 'failed';
    this.failure = error.failure;
    if (error.alert === undefined) return;
    if (this.#state.isTls13) armWrite13(this.#context, this.#state);
    sendAlert(this.#context, this.#state, FATAL, error.alert);
  }
}
