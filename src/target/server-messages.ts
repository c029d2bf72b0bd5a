import type { CertificatePair } from './certificate.ts';

/** What a reference server offers. */
export interface ServerOptions {
  readonly certificate: CertificatePair;
  readonly resumption: readonly ('cache' | 'tickets')[];
  /** How long each connection's handshake is held back, in ms. */
  readonly delayMs: number;
  /** CPU time that each handshake burns beside its own, in ms: a change for the worse of known size. */
  readonly workMs: number;
  /** 0 takes a free one. */
  readonly port: number;
  /** 48 bytes in hex that servers of a fleet share; `undefined` draws its own. */
  readonly ticketKeys: string | undefined;
}

/** What the server itself saw: the word of the other side, for tests. */
export interface ServerCounts {
  readonly handshakes: number;
  readonly resumed: number;
}

export type ServerRequest = { readonly type: 'listen'; readonly options: ServerOptions } | { readonly type: 'count' };

export type ServerResponse =
  | { readonly type: 'listening'; readonly address: string; readonly port: number }
  | { readonly type: 'counts'; readonly counts: ServerCounts }
  | { readonly type: 'failed'; readonly code: string };
