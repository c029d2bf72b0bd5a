import type { Failure } from '../../domain/failure.ts';
import type { UnusableReason } from '../../domain/judgement.ts';
import type { Evidence } from '../../domain/kind.ts';
import type { Answer } from '../answer.ts';
import type { Attempt, Negotiated, Session, TicketFacts } from '../engine.ts';
import type { NativeMemory } from '../ffi.ts';

/**
 * Speaks TLS on one connection, without knowing of sockets: bytes in, bytes out. The reactor keeps one per slot and uses it for one
 * connection after another.
 *
 * Bytes that came stand at the beginning of the `input` that all connections of a reactor share; bytes to send are put at the beginning
 * of the shared `output`, and {@link TlsConnection.outputBytes} says how many there are.
 */
export interface TlsConnection {
  /** `finished` once the handshake is over on our side; what comes later can still make it `failed`. */
  readonly status: 'handshaking' | 'finished' | 'failed';
  readonly outputBytes: number;
  /** Set when the status is `failed`. */
  readonly failure: Failure | undefined;
  readonly evidence: Evidence;
  readonly ticketsReceived: number;
  /** The reason why a ticket that came is not among them. */
  readonly unusableTicket: UnusableReason | undefined;
  /** True when the server has asked for a client certificate. */
  readonly asksForCertificate: boolean;
  /** Facts about the newest session that the server gave. */
  readonly newestTicket: TicketFacts | undefined;
  /** Takes out the newest session that the server gave: the caller owns it. */
  takeSession(): Session | undefined;
  /**
   * True once the server has shown that it has accepted our Finished: by a ticket, data or a close_notify, or by its own Finished where that
   * comes last, as in a full TLS 1.2 handshake.
   */
  readonly isConfirmed: boolean;
  /** Application data that has come. */
  readonly answer: Readonly<Pick<Answer, 'hasBegun' | 'status'>>;
  /**
   * Begins a handshake: the ClientHello is in the output. An attempt with a request has it put after our Finished, in the output of the same call
   * that finishes the handshake, unless the server has accepted it as early data.
   */
  start(attempt: Attempt): void;
  /** Receives so many bytes of the input. */
  receive(bytes: number): void;
  /** Puts a close_notify into the output. */
  sendCloseNotify(): void;
  /** Returns what was negotiated. Expensive, since it reads the certificate. Only between the end of the handshake and `release`. */
  negotiated(): Negotiated;
  /** Frees everything that belongs to this connection; the next may start. */
  release(): void;
  /** Frees everything, also what is kept from one connection to the next: nothing may start any more. */
  free(): void;
}

/** Buffers that all connections of one reactor share: it is synchronous, so only one connection uses them at a time. */
export interface Exchange {
  readonly input: NativeMemory;
  readonly output: NativeMemory;
}
