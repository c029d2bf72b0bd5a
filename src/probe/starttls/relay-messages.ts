import type { MessagePort } from 'node:worker_threads';
import type { Failure } from '../../domain/failure.ts';
import type { StartTls } from '../../domain/starttls.ts';

/** A server that TLS must be asked for at. */
export interface RelayedServer {
  readonly address: string;
  readonly port: number;
}

/** Everything that the thread of the relays is given. */
export interface RelaySetup {
  readonly servers: readonly RelayedServer[];
  readonly starttls: StartTls;
  readonly timeoutMs: number;
  /** Takes a {@link RelayFailure} before the connection that it is about is ended. */
  readonly failures: MessagePort;
}

/** The ports of the relays on 127.0.0.1, in the order of the servers. */
export type RelayPorts = readonly number[];

/** A connection that did not come to TLS. */
export interface RelayFailure {
  /** Index of the server. */
  readonly server: number;
  readonly failure: Failure;
}
