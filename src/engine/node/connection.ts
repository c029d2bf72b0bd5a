import { appendFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { ORDERLY_CLOSE_MS } from '../../domain/client-options.ts';
import type { Failure } from '../../domain/failure.ts';
import type { Evidence } from '../../domain/kind.ts';
import { isProtocol, type Protocol } from '../../domain/protocol.ts';
import { HelloReader } from '../../tls/hello.ts';
import { groupName } from '../../tls/names.ts';
import { Awaited } from '../awaited.ts';
import { certificateFacts } from '../certificate-facts.ts';
import { nowNs } from '../clock.ts';
import { LINGER_MS, type Attempt, type Negotiated, type Outcome, type Session } from '../engine.ts';
import type { NodeClient } from './client.ts';
import { failureOf } from './failure.ts';
import { boundSession, nodeSession, nodeSessionOf, type NodeSession } from './session.ts';
import { Tap } from './tap.ts';

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

/** One attempt from the TCP connect to the close. Calls back once, with itself as the outcome. */
export class NodeConnection<Own extends Attempt> implements Outcome {
  readonly attempt: Own;
  readonly startNs = nowNs();
  failure: Failure | undefined;
  connectNs = 0;
  handshakeNs = 0;
  ticketNs = 0;
  firstByteNs = 0;
  endNs = 0;
  ticketsReceived = 0;
  session: Session | undefined;
  bytesIn = 0;
  bytesOut = 0;

  readonly #client: NodeClient;
  readonly #onEnd: (connection: this) => void;
  readonly #socket: Socket;
  readonly #hellos: HelloReader | undefined;
  #tls: TLSSocket | undefined;
  #stage: Stage = 'connecting';
  #timer: NodeJS.Timeout | undefined;
  #tlsStartNs = 0;
  #finishedNs = 0;
  #protocol: Protocol;
  #isResumed = false;
  readonly #awaited = new Awaited();
  #negotiated: Negotiated | undefined;
  /** Read once, when the ClientHello is made: the attempt may hold another session by the time of its end. */
  #offered: NodeSession | undefined;

  constructor(attempt: Own, onEnd: (connection: NodeConnection<Own>) => void) {
    this.attempt = attempt;
    this.#client = attempt.client as NodeClient;
    this.#protocol = this.#client.settings.protocol;
    this.#onEnd = onEnd;
    this.#hellos = attempt.tap ? new HelloReader() : undefined;
    const { address, port, connectTimeoutMs } = this.#client.settings;
    // Nagle and delayed ACK together would add a plateau of 40 ms.
    const localAddress = this.#client.nextSource();
    this.#socket = connectTcp({ host: address, port, noDelay: true, ...(localAddress !== undefined && { localAddress }) });
    this.#socket.once('connect', () => {
      this.#startTls();
    });
    this.#socket.on('error', (error) => {
      this.#fail(failureOf(error));
    });
    this.#enter('connecting', connectTimeoutMs, () => {
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
    this.#reset();
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
      socket: this.#hellos === undefined ? this.#socket : new Tap(this.#socket, this.#hellos),
      ...(session !== undefined && { session: boundSession(session, this.#client.identity) }),
    });
    this.#tls = tls;
    const { keyLog } = this.#client.settings;
    if (keyLog !== undefined)
      tls.on('keylog', (line) => {
        appendFileSync(keyLog, line);
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
      if (this.#stage === 'handshaking') this.#fail({ kind: 'closed', detail: '' });
      else this.#end(0);
    });
  }

  #finishHandshake(tls: TLSSocket): void {
    if (this.#stage !== 'handshaking') return;
    this.#enter('awaiting');
    this.#finishedNs = nowNs();
    this.handshakeNs = this.#finishedNs - this.#tlsStartNs;
    this.#keepFacts(tls);
    this.#awaited.begin(this.attempt);
    if (this.session !== undefined) this.#awaited.ticket = false;
    if (this.attempt.sendsRequest) this.#sendRequest(tls);
    // The session of TLS 1.2 is emitted after `secureConnect`, by the same call.
    process.nextTick(() => {
      if (this.#stage !== 'awaiting') return;
      if (this.#protocol === 'TLSv1.2') this.#takeRenewedTicket(tls);
      this.#awaitRest();
    });
  }

  #sendRequest(tls: TLSSocket): void {
    tls.once('data', () => {
      if (this.#stage !== 'awaiting') return;
      this.firstByteNs = nowNs() - this.#tlsStartNs;
      this.#awaited.firstByte = false;
      this.#closeWhenComplete();
    });
    tls.write(this.#client.settings.request ?? '', 'latin1');
  }

  /** Waits for what is awaited until it has come, or is given up: a ticket mostly sooner than the first byte. */
  #awaitRest(): void {
    if (this.#awaited.isNothing) {
      this.#close();
      return;
    }
    const waitedMs = (nowNs() - this.#finishedNs) / 1e6;
    this.#enter('awaiting', Math.max(0, this.#awaited.timeoutMs(this.attempt) - waitedMs), () => {
      this.#awaited.giveUp(this.attempt, (nowNs() - this.#finishedNs) / 1e6);
      this.#awaitRest();
    });
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

  /** A ticket renewed inside an abbreviated TLS 1.2 handshake (RFC 5077, section 3.3) raises no `session` event. */
  #takeRenewedTicket(tls: TLSSocket): void {
    const offered = this.#offered;
    if (offered?.mechanism !== 'ticket' || !tls.isSessionReused() || this.session !== undefined) return;
    const ticket = tls.getTLSTicket();
    const given = tls.getSession();
    if (ticket !== undefined && given !== undefined && !ticket.equals(offered.ticket)) this.#takeSession(given);
  }

  #takeSession(given: Buffer): void {
    this.ticketsReceived += 1;
    this.session?.free();
    this.session = nodeSession(given);
    if (this.#stage !== 'awaiting' || !this.#awaited.ticket) return;
    this.ticketNs = nowNs() - this.#finishedNs;
    this.#awaited.ticket = false;
    this.#closeWhenComplete();
  }

  #close(): void {
    if (this.#stage === 'ended') return;
    if (!this.attempt.closeNotify && this.#client.settings.close === 'reset') {
      this.#end(this.#isServerDone() ? 0 : LINGER_MS);
      return;
    }
    this.#enter('closing', ORDERLY_CLOSE_MS, () => {
      this.#end(0);
    });
    // Read what still comes, or the peer's close_notify and FIN are never seen.
    this.#tls?.resume();
    this.#tls?.end();
  }

  /** Returns true once the server has shown that it has our Finished, by the rule of the reactor's slots. */
  #isServerDone(): boolean {
    return this.firstByteNs > 0 || (this.#protocol === 'TLSv1.3' ? this.session !== undefined : !this.#isResumed);
  }

  #fail(failure: Failure): void {
    // After the handshake a reset is only how the peer ends the connection.
    if (this.#stage === 'connecting' || this.#stage === 'handshaking') this.failure = failure;
    this.#end(0);
  }

  #end(resetAfterMs: number): void {
    if (this.#stage === 'ended') return;
    this.#enter('ended');
    this.bytesIn = this.#socket.bytesRead;
    this.bytesOut = this.#socket.bytesWritten;
    this.endNs = nowNs();
    // Never at once: node crashes when the socket under a TLSSocket is reset from inside one of the TLSSocket's events (seen on 20.20).
    setTimeout(() => {
      this.#reset();
    }, resetAfterMs);
    this.#onEnd(this);
  }

  #reset(): void {
    this.#socket.resetAndDestroy();
    this.#tls?.destroy();
  }
}

const readNegotiated = (tls: TLSSocket | undefined): Negotiated => {
  // A closed socket answers null where the types promise a value.
  const cipher = tls?.getCipher() as { readonly name: string } | null | undefined;
  const group = tls?.getEphemeralKeyInfo() as { readonly name?: string } | null | undefined;
  return {
    cipher: cipher?.name ?? '',
    group: groupName(group?.name ?? ''),
    alpn: typeof tls?.alpnProtocol === 'string' ? tls.alpnProtocol : '',
    ...certificateFacts(tls?.getPeerX509Certificate()?.raw),
  };
};
