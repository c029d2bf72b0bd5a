import { connect as connectTls, type TLSSocket } from 'node:tls';
import { ORDERLY_CLOSE_MS } from '../../domain/client-options.ts';
import type { Failure } from '../../domain/failure.ts';
import type { UnusableReason } from '../../domain/judgement.ts';
import type { Evidence } from '../../domain/kind.ts';
import { isProtocol, type Protocol } from '../../domain/protocol.ts';
import { HelloReader } from '../../tls/hello.ts';
import { httpStatus, NO_STATUS } from '../answer.ts';
import { Awaited } from '../awaited.ts';
import { nowNs } from '../clock.ts';
import { LINGER_MS, type Attempt, type Negotiated, type Outcome, type Session } from '../engine.ts';
import type { NodeClient } from './client.ts';
import { failureAfterFinished, failureOf } from './failure.ts';
import { readNegotiated } from './negotiated.ts';
import { boundSession, nodeSession, nodeSessionOf, silentTicket, type NodeSession } from './session.ts';
import { logKeys } from '../key-log.ts';
import { objectionTo } from '../unusable-ticket.ts';
import { Transport } from './transport.ts';

/**
 * The stages follow one another, and each has one timer that ends it.
 *
 * - `connecting`: until the socket is connected.
 * - `handshaking`: until both Finished are processed.
 * - `awaiting`: until nothing more is awaited, or its time is over.
 * - `closing`: until the peer has closed too.
 * - `ended`: settled; what still comes is ignored.
 */
type Stage = 'connecting' | 'handshaking' | 'awaiting' | 'closing' | 'ended';

export interface NodeConnectionEvents<Own extends Attempt> {
  /** The attempt is settled, with the connection as its outcome. Its sockets may linger. */
  readonly onEnd: (connection: NodeConnection<Own>) => void;
  /** Nothing of the connection is open any more. */
  readonly onClosed: (connection: NodeConnection<Own>) => void;
}

/** One attempt from the TCP connect to the close. Calls back once for each of its events, the first unless it is abandoned. */
export class NodeConnection<Own extends Attempt> implements Outcome {
  readonly attempt: Own;
  readonly startNs = nowNs();
  failure: Failure | undefined;
  connectNs = 0;
  handshakeNs = 0;
  ticketNs = 0;
  firstByteNs = 0;
  answerStatus = NO_STATUS;
  endNs = 0;
  ticketsReceived = 0;
  unusableTicket: UnusableReason | undefined;
  /** node:tls keeps these to itself. */
  readonly asksForCertificate = false;
  readonly split = undefined;
  readonly retransmissions = 0;
  session: Session | undefined;
  bytesIn = 0;
  bytesOut = 0;

  readonly #client: NodeClient;
  readonly #events: NodeConnectionEvents<Own>;
  readonly #transport: Transport;
  readonly #hellos: HelloReader | undefined;
  #tls: TLSSocket | undefined;
  #stage: Stage = 'connecting';
  #timer: NodeJS.Timeout | undefined;
  #tlsStartNs = 0;
  #finishedNs = 0;
  /** Bytes that had come when the handshake was over on our side. */
  #finishedBytes = 0;
  #hasGivenUpTicket = false;
  #protocol: Protocol;
  #isResumed = false;
  readonly #awaited = new Awaited();
  #negotiated: Negotiated | undefined;
  /** Read once, when the ClientHello is made: the attempt may hold another session by the time of its end. */
  #offered: NodeSession | undefined;

  constructor(attempt: Own, events: NodeConnectionEvents<Own>) {
    this.attempt = attempt;
    this.#client = attempt.client as NodeClient;
    this.#protocol = this.#client.settings.protocol;
    this.#events = events;
    this.#hellos = attempt.tap ? new HelloReader() : undefined;
    this.#transport = new Transport(this.#client, () => {
      events.onClosed(this);
    });
    const { socket } = this.#transport;
    socket.once('connect', () => {
      this.#startTls();
    });
    socket.on('error', (error) => {
      this.#fail(failureOf(error));
    });
    this.#enter('connecting', this.#client.settings.connectTimeoutMs, () => {
      this.#fail({ kind: 'connect-timeout', detail: '' });
    });
  }

  get newestTicket(): Session | undefined {
    return this.session;
  }

  get evidence(): Evidence {
    return {
      protocol: this.#protocol,
      resumed: this.#isResumed,
      offered: this.#offered?.mechanism,
      earlyData: 'none',
      hello: this.#hellos?.evidence(),
    };
  }

  negotiated(): Negotiated {
    return this.#negotiated ?? readNegotiated(this.#tls);
  }

  /** Drops the connection without calling back. */
  abandon(): void {
    this.#enter('ended');
    this.#resetAfter(0);
  }

  /** Begins a stage. Its timer takes the place of the last stage's. */
  #enter(stage: Stage, timeoutMs?: number, onTimeout?: () => void): void {
    this.#stage = stage;
    clearTimeout(this.#timer);
    if (onTimeout !== undefined) this.#timer = setTimeout(onTimeout, timeoutMs);
  }

  #startTls(): void {
    if (this.#stage !== 'connecting') return;
    this.#enter('handshaking', this.#client.settings.handshakeTimeoutMs, () => {
      this.#fail({ kind: 'handshake-timeout', detail: '' });
    });
    this.#tlsStartNs = nowNs();
    this.connectNs = this.#tlsStartNs - this.startNs;
    const session = nodeSessionOf(this.attempt.session);
    this.#offered = session;
    const tls = connectTls({
      ...this.#client.options,
      secureContext: this.#client.secureContext,
      socket: this.#transport.open(this.#hellos),
      ...(session !== undefined && { session: boundSession(session, this.#client.identity) }),
    });
    this.#tls = tls;
    const { keyLog } = this.#client.settings;
    if (keyLog !== undefined)
      tls.on('keylog', (line) => {
        logKeys(keyLog, line);
      });
    tls.once('secureConnect', () => {
      this.#finishHandshake(tls);
    });
    tls.on('session', (given: Buffer) => {
      this.#takeSession(given);
    });
    tls.on('error', (error: NodeJS.ErrnoException) => {
      this.#fail(failureOf(error));
    });
    tls.once('close', () => {
      this.#fail({ kind: 'closed', detail: '' });
    });
  }

  #finishHandshake(tls: TLSSocket): void {
    if (this.#stage !== 'handshaking') return;
    this.#enter('awaiting');
    this.#finishedNs = nowNs();
    this.handshakeNs = this.#finishedNs - this.#tlsStartNs;
    this.#finishedBytes = this.#transport.socket.bytesRead;
    this.#keepFacts(tls);
    this.#awaited.begin(this.attempt, this.#isResumed);
    if (this.session !== undefined) this.#awaited.ticket = false;
    if (this.attempt.sendsRequest) this.#sendRequest(tls);
    // The session of TLS 1.2 is emitted after `secureConnect`, by the same call.
    process.nextTick(() => {
      if (this.#stage !== 'awaiting') return;
      if (this.#protocol === 'TLSv1.2') this.#takeSilentTicket(tls);
      this.#awaitRest(tls);
    });
  }

  #sendRequest(tls: TLSSocket): void {
    tls.once('data', (bytes: Buffer) => {
      if (this.#stage !== 'awaiting') return;
      this.firstByteNs = nowNs() - this.#tlsStartNs;
      this.answerStatus = httpStatus(bytes, 0, bytes.length);
      this.#awaited.firstByte = false;
      this.#closeWhenComplete();
    });
    tls.write(this.#client.settings.request ?? '', 'latin1');
  }

  /** Waits for what is awaited until it has come, or is given up: a ticket mostly sooner than the first byte. */
  #awaitRest(tls: TLSSocket): void {
    if (this.#awaited.isNothing) {
      this.#close();
      return;
    }
    const waitedMs = (nowNs() - this.#finishedNs) / 1e6;
    this.#enter('awaiting', Math.max(0, this.#awaited.timeoutMs(this.attempt) - waitedMs), () => {
      const { ticket } = this.#awaited;
      this.#awaited.giveUp(this.attempt, (nowNs() - this.#finishedNs) / 1e6);
      if (ticket && !this.#awaited.ticket) this.#giveUpTicket(tls);
      this.#awaitRest(tls);
    });
  }

  #giveUpTicket(tls: TLSSocket): void {
    this.#takeSilentTicket(tls);
    this.#hasGivenUpTicket = this.session === undefined;
  }

  #closeWhenComplete(): void {
    if (!this.#awaited.isNothing) return;
    this.#enter('closing');
    // Servers send their tickets together: a turn of the loop later all of them have been read.
    setImmediate(() => {
      this.#close();
    });
  }

  /** Reads now what a closed socket no longer says; what is expensive only for a tapped attempt. */
  #keepFacts(tls: TLSSocket): void {
    const protocol = tls.getProtocol();
    if (isProtocol(protocol)) this.#protocol = protocol;
    this.#isResumed = tls.isSessionReused();
    if (this.attempt.tap) this.#negotiated = readNegotiated(tls);
  }

  #takeSilentTicket(tls: TLSSocket): void {
    if (this.session !== undefined || silentTicket(tls, this.#offered) === undefined) return;
    const given = tls.getSession();
    if (given !== undefined) this.#takeSession(given);
  }

  #takeSession(given: Buffer): void {
    const session = nodeSession(given);
    this.unusableTicket = this.#hasGivenUpTicket ? 'ticket-late' : objectionTo(session, this.#protocol);
    if (this.unusableTicket !== undefined) return;
    this.ticketsReceived += 1;
    this.session = session;
    if (this.#stage !== 'awaiting' || !this.#awaited.ticket) return;
    this.ticketNs = nowNs() - this.#finishedNs;
    this.#awaited.ticket = false;
    this.#closeWhenComplete();
  }

  #close(): void {
    if (this.#stage === 'ended') return;
    if (!this.attempt.closeNotify && this.#client.settings.close === 'reset') {
      this.#end(this.#isConfirmed() ? 0 : LINGER_MS);
      return;
    }
    this.#enter('closing', ORDERLY_CLOSE_MS, () => {
      this.#end(0);
    });
    // Read what still comes, or the peer's close_notify and FIN are never seen.
    this.#tls?.resume();
    this.#tls?.end();
  }

  /**
   * Returns true once the server has shown that it has accepted our Finished, by the rule of the reactor's connections. node:tls says nothing of
   * a close_notify: it is one when something has come that was no ticket, no data and no alert.
   */
  #isConfirmed(): boolean {
    if (this.#protocol === 'TLSv1.2' && !this.#isResumed) return true;
    return this.firstByteNs > 0 || this.#transport.socket.bytesRead > this.#finishedBytes;
  }

  #fail(failure: Failure): void {
    const isExpected = this.#stage !== 'awaiting' || this.#isConfirmed();
    this.failure ??= this.#finishedNs > 0 ? failureAfterFinished(failure, isExpected) : failure;
    this.#end(0);
  }

  #end(resetAfterMs: number): void {
    if (this.#stage === 'ended') return;
    this.#enter('ended');
    this.bytesIn = this.#transport.socket.bytesRead;
    this.bytesOut = this.#transport.socket.bytesWritten;
    this.endNs = nowNs();
    this.#resetAfter(resetAfterMs);
    this.#events.onEnd(this);
  }

  /** Never at once: node crashes when the socket under a TLSSocket is reset from inside one of the TLSSocket's events (seen on 20.20). */
  #resetAfter(ms: number): void {
    setTimeout(() => {
      this.#transport.reset();
      this.#tls?.destroy();
    }, ms);
  }
}
