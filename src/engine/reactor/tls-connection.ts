import type { Failure } from '../../domain/failure.ts';
import type { Evidence } from '../../domain/kind.ts';
import type { Attempt, Negotiated, Session, TicketFacts } from '../engine.ts';
import type { NativeMemory } from '../ffi.ts';

/**
 * What speaks TLS on one connection, without knowing of sockets: bytes in, bytes out. The reactor keeps one per slot and uses it for one
 * connection after another.
 *
 * Bytes that came stand at the beginning of the `input` that all conversations of a reactor share; bytes to send are put at the beginning
 * of the shared `output`, and {@link TlsConnection.outputBytes} says how many there are.
 */
export interface TlsConnection {
  /** `talking` until the handshake is over on our side. */
  readonly status: 'handshaking' | 'finished' | 'failed';
  readonly outputBytes: number;
  /** Set when the status is `failed`. */
  readonly failure: Failure | undefined;
  readonly evidence: Evidence;
  readonly ticketsReceived: number;
  /** What the newest session that the server gave is like. */
  readonly newestTicket: TicketFacts | undefined;
  /** The newest session that the server gave, taken out: the caller owns it. */
  takeSession(): Session | undefined;
  /** Whether the handshake resumes a session, as far as it has come. */
  readonly isResumed: boolean;
  /** Whether a first byte of application data has come. */
  readonly hasFirstByte: boolean;
  /**
   * Begins: the ClientHello is in the output. An attempt that asks has its request put behind our Finished, in the output of the same call
   * that finishes the handshake, unless the server has accepted it as early data.
   */
  start(attempt: Attempt): void;
  /** Takes so many bytes of the input. */
  receive(bytes: number): void;
  /** The peer has ended its side of the connection while we were talking. */
  receiveEof(): void;
  /** Puts a close_notify into the output. */
  sendCloseNotify(): void;
  /** Dear: reads the certificate. Only between the end of the handshake and `release`. */
  negotiated(): Negotiated;
  /** Frees everything that belongs to this connection; the next may start. */
  release(): void;
  /** Frees everything, also what is kept from one connection to the next: nothing may start any more. */
  free(): void;
}

/** Shared by all conversations of one reactor: it is synchronous, so only one of them is in use at a time. */
export interface Exchange {
  readonly input: NativeMemory;
  readonly output: NativeMemory;
}
