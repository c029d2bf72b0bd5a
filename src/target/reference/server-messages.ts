import type { CertificatePair } from '../certificate.ts';
import type { ServerCounts } from '../server-counts.ts';

/** The options of a reference server. */
export interface ServerOptions {
  readonly certificate: CertificatePair;
  readonly resumption: readonly ('cache' | 'tickets')[];
  /** Delay of each handshake, in ms. */
  readonly delayMs: number;
  /** Extra CPU time that each handshake burns, in ms: a regression of known size. */
  readonly workMs: number;
  /** 0 for any free port. */
  readonly port: number;
  /** 48 bytes in hex that the servers of a fleet share; `undefined` for random ones. */
  readonly ticketKeys: string | undefined;
  /** True where the server's first pipe leads to the session cache that it shares with others. */
  readonly sharesCache: boolean;
}

export type ServerRequest = { readonly type: 'listen'; readonly options: ServerOptions } | { readonly type: 'count' };

export type ServerResponse =
  | { readonly type: 'listening'; readonly address: string; readonly port: number }
  | { readonly type: 'counts'; readonly counts: ServerCounts }
  | { readonly type: 'failed'; readonly code: string };
