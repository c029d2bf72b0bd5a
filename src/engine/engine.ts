import type { CloseStyle, KeyShare } from '../domain/client-options.ts';
import type { EngineName } from '../domain/engine-name.ts';
import type { Failure } from '../domain/failure.ts';
import type { UnusableReason } from '../domain/judgement.ts';
import type { Evidence, Mechanism } from '../domain/kind.ts';
import type { Mode } from '../domain/mode.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { SeenMessage } from '../tls/seen-message.ts';

/**
 * The seam between what performs handshakes and what decides about them.
 *
 * An engine performs handshakes and reports evidence. It does not schedule, retry, record or judge: it asks its {@link Work} for the
 * next attempt and hands back what came of it. Every engine passes `test/engine/contract.ts`.
 */
export interface Engine {
  readonly name: EngineName;
  /** The TLS implementation and its version, as the record names it. */
  readonly library: string;
  /** True when the plaintext hellos of every handshake are read, and not only those of tapped attempts. */
  readonly readsEveryHello: boolean;
  /** The kernel's stamps of what arrives; `undefined` where there are none, and every time is by our own clock. */
  readonly stamps: ArrivalStamps | undefined;
  /** True when it says which attempt it turns to, so that CPU time can be attributed within one window. */
  readonly tellsTurns: boolean;
  /** True when it shows the messages of attempts that listen to them. */
  readonly showsMessages: boolean;
  /**
   * Prepares what all connections of a client share: one SecureContext or SSL_CTX, never one per connection.
   *
   * @throws ResumarkError when the engine cannot do what the settings ask for.
   */
  client(settings: ClientSettings): Client;
  /**
   * Performs handshakes until the work is over and nothing is in flight, or until the work is cancelled. Then what is in flight is
   * dropped and not settled. Where the work is paused, another run goes on with it.
   */
  run<Own extends Attempt>(work: Work<Own>): Promise<void>;
  /** CPU time of the calling thread in ns, `undefined` where it cannot be known. */
  threadCpuNs(): number | undefined;
  close(): void;
}

/** The clock of the kernel's stamps, which must not be stepped while times are taken by it. */
export interface ArrivalStamps {
  /** Begins a span of time to watch. */
  begin(): void;
  /** True when the system's clock was stepped since then; from that moment on handshakes have no `split`. */
  readonly hasStepped: boolean;
}

/** Request that mode `early-data` sends when the settings have none: one that may be repeated without harm. */
export const EARLY_REQUEST = 'GET / HTTP/1.1\r\nHost: resumark\r\n\r\n';

/**
 * Time that a measured connection stays open after its end where the client speaks last, as in a resumed TLS 1.2 handshake. A reset right
 * after our Finished would overtake it: HAProxy then gives the handshake up (10 % of them on loopback). Nobody waits meanwhile: the
 * virtual client's next handshake begins at once. 50 ms is long enough for a loaded server to read, and short enough to hold few descriptors;
 * where the server shows earlier that it has read, it need not be waited for.
 */
export const LINGER_MS = 50;

export interface ClientSettings {
  /** Minimum and maximum version at once. */
  readonly protocol: Protocol;
  /** `session-id` leaves the ticket extension out of the ClientHello; `full` offers tickets as any client does, but never a session. */
  readonly mode: Mode;
  /** An IP address, resolved once per run: a rotating name would measure several hosts as one. */
  readonly address: string;
  readonly port: number;
  /** SNI and the name that the certificate is checked against. `undefined` sends no SNI and checks the address. */
  readonly serverName: string | undefined;
  /** Verify the certificate chain and name. */
  readonly verify: boolean;
  /** PEM of the certificate authorities to trust instead of the system's. */
  readonly ca: string | undefined;
  /** PEM of the client's own certificate and key. */
  readonly identity: { readonly cert: string; readonly key: string } | undefined;
  readonly alpn: readonly string[];
  /** OpenSSL cipher list (TLS 1.2) or suites (TLS 1.3); `undefined` is the library's default. */
  readonly ciphers: string | undefined;
  /** OpenSSL group list, `X25519:P-256`; `undefined` is the library's default. */
  readonly groups: string | undefined;
  readonly keyShare: KeyShare;
  /** Verify the server's signature over the handshake. Both Finished messages always are verified. */
  readonly checksSignature: boolean;
  /** End of measured connections. Nobody waits for a server's part of it: the virtual client's next handshake begins at once. */
  readonly close: CloseStyle;
  /** Local addresses to connect from, in turn; empty leaves the choice to the system. */
  readonly sources: readonly string[];
  /** File that TLS secrets are appended to, in the format of NSS (SSLKEYLOGFILE): for looking into a capture. */
  readonly keyLog: string | undefined;
  /**
   * Data that an attempt with `sendsRequest` sends right after its Finished, in the same write where that can be; in mode `early-data` as early data, and
   * again after the Finished when these were not sent or were rejected. Latin-1.
   */
  readonly request: string | undefined;
  readonly connectTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  /** Longest wait for a TLS 1.3 ticket that is expected. Never part of the handshake's time. */
  readonly ticketTimeoutMs: number;
  /** Longest wait for the first byte of a response after the handshake. */
  readonly firstByteTimeoutMs: number;
}

/** Opaque to all but the engine that made it. */
export interface Client {
  readonly settings: ClientSettings;
  close(): void;
}

/** The resumable state that a client keeps. Opaque to all but the engine that made it. */
export interface Session {
  /** Mechanism that offering it would resume by, judged by its content. */
  readonly mechanism: Mechanism;
  /** Seconds that the server stated, 0 when it stated none. */
  readonly lifetimeS: number;
  readonly receivedNs: number;
  /** Bytes of the ticket, 0 for a session ID. */
  readonly ticketBytes: number;
  /** DER of the `SSL_SESSION`, which every engine can take. Never written to a result. */
  der(): Buffer;
  free(): void;
}

/** Facts about a session that are known without taking it. */
export type TicketFacts = Pick<Session, 'ticketBytes' | 'lifetimeS'>;

/** One handshake to perform. Owned by the work, read by the engine until it is settled. */
export interface Attempt {
  readonly client: Client;
  readonly session: Session | undefined;
  /**
   * Keep the connection open until a TLS 1.3 ticket has come, at most `ticketTimeoutMs`. Some servers give one unless they have resumed;
   * among several, another than the one that gave the session can decline it.
   */
  readonly awaitTicket: boolean | 'unless-resumed';
  /** Send the settings' request and keep the connection open until the first byte of a response, at most `firstByteTimeoutMs`. */
  readonly sendsRequest: boolean;
  /**
   * End the connection in order (close_notify) whatever the client's close style, and settle only when the server has ended it too: some
   * servers drop a session that ends otherwise.
   */
  readonly closeNotify: boolean;
  /** Read the plaintext hellos of this handshake. */
  readonly tap: boolean;
  /** Called with every message of the connection in the clear, by engines with `showsMessages`. Expensive: not for what is timed. */
  readonly onMessage?: (message: SeenMessage) => void;
  /** Ask for a stapled OCSP response; only engines with `showsMessages` do. */
  readonly asksForStaple?: boolean;
}

/** Parts of a handshake's time, by the kernel's stamps of what arrived. The latency is `waitNs` and `clientNs` together. */
export interface HandshakeSplit {
  /** The server's time and the way's: from each flight that we sent until the answer to it arrived, added up. */
  readonly waitNs: number;
  /** Our own work: from reading what arrived until our next flight is sent or the handshake is over, added up. */
  readonly clientNs: number;
  /** Our own queue: the time by which reading late delayed the handshake. In no latency. */
  readonly queueNs: number;
}

/** Outcome of an attempt. The engine reuses the object: it is valid only during the call of `settled`. */
export interface Outcome {
  /**
   * `undefined` when the handshake finished, and nothing that came while the connection was watched said otherwise: in TLS 1.3, and when
   * TLS 1.2 resumes, the server may still refuse our Finished. `docs/timings.md` says how long that is.
   */
  readonly failure: Failure | undefined;
  /** Start of the TCP connect, on the engines' common clock. */
  readonly startNs: number;
  /** TCP connect: the round trip of the SYN by the kernel where it tells, else from `startNs` until the socket is writable. */
  readonly connectNs: number;
  /**
   * From right before the ClientHello is sent until both Finished messages are processed on our side, before our own last flight
   * is sent. Without our queue where there is a `split`.
   */
  readonly handshakeNs: number;
  /** `undefined` where an arrival was not stamped: `handshakeNs` is then by our own clock, our queue included. */
  readonly split: HandshakeSplit | undefined;
  /** Segments that the kernel sent again on our side, the SYN among them; 0 where it does not tell. */
  readonly retransmissions: number;
  /** From the end of the handshake until the first ticket that came after it; 0 when none came or none was awaited. */
  readonly ticketNs: number;
  /** From the ClientHello leaving us until the first byte of the response; 0 when none came or no request was sent. */
  readonly firstByteNs: number;
  /** Status of the response, if it is one of HTTP/1; otherwise as `answer.ts` says. */
  readonly answerStatus: number;
  /** Time at which the connection was closed on our side. */
  readonly endNs: number;
  /** Meaningless when the attempt failed. */
  readonly evidence: Evidence;
  /** Tickets (TLS 1.3: NewSessionTicket messages) and session IDs that the server gave in time and that can be offered. */
  readonly ticketsReceived: number;
  /** The reason why a ticket that came is not among them. */
  readonly unusableTicket: UnusableReason | undefined;
  /** True when the server is known to have asked for a client certificate; engine node does not know. */
  readonly asksForCertificate: boolean;
  /** Facts about the newest session, or `undefined`; cheaper than the session itself. */
  readonly newestTicket: TicketFacts | undefined;
  /** The newest session, or `undefined`. The work takes it over by asking for it, and must free it. */
  readonly session: Session | undefined;
  /** TLS bytes on the wire, without TCP and IP headers. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Returns what was negotiated. Expensive, and promised only of a tapped attempt: ask for one of many. */
  negotiated(): Negotiated;
}

export interface Negotiated {
  readonly cipher: string;
  readonly group: string;
  readonly alpn: string;
  /** `rsa-2048`, `ecdsa-p256`, ...; empty on a resumed handshake, which shows no certificate. */
  readonly keyType: string;
  /** SHA-256 of the leaf certificate in hex, empty when none was shown. */
  readonly certificateSha256: string;
}

/** Attempts for an engine to perform, pulled by the engine, so that one loop of an FFI engine can run a whole block without a message. */
export interface Work<Own extends Attempt = Attempt> {
  /** The next attempt that is due at `nowNs`, or `undefined` when none is. The engine asks until it gets `undefined`. */
  next(nowNs: number): Own | undefined;
  /** Returns when to ask again, on the engines' clock; `Infinity` when only a settled attempt can make another due. */
  dueNs(): number;
  settled(attempt: Own, outcome: Outcome): void;
  /** Announces that the thread works on this attempt from now on; only engines with `tellsTurns` do. */
  turnTo?(attempt: Own): void;
  /** Reports a time in which the engine had nothing to do: nothing was due and no connection was ready. */
  rested?(ns: number): void;
  /** Asked at least every 50 ms. True drops what is in flight. */
  isCancelled(): boolean;
  /**
   * Asked as often by engines that hold the thread. True ends the run and leaves what is in flight, so that the thread can see to other
   * things; the next run must be of the same work, and goes on with it.
   */
  isPaused?(): boolean;
}

/** Work that is over before it begins. */
export const NO_WORK: Work = {
  next: () => undefined,
  dueNs: () => Number.POSITIVE_INFINITY,
  settled: () => undefined,
  isCancelled: () => false,
};
