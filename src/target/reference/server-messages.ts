import type { ServerKnobs } from '../../scenario/server-knobs.ts';
import type { StapledCertificate } from '../certificate.ts';
import type { ServerCounts } from '../server-counts.ts';

/** The number of sessions that a 10 MB cache holds in nginx. */
export const CACHE_SIZE = 40_000;

/** Servers must not accept each other's sessions because of a common default. */
export const SESSION_CONTEXT = 'resumark';

export const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n';

/** A name that a server is asked for, with its certificate. */
export interface Host extends StapledCertificate {
  readonly name: string;
}

/** The options of a reference server. */
export interface ServerOptions {
  /** The first serves whoever asks for none of these names. */
  readonly hosts: readonly [Host, ...Host[]];
  readonly resumption: readonly ('cache' | 'tickets')[];
  /** Delay of each handshake, in ms. */
  readonly delayMs: number;
  /** Extra CPU time that each handshake burns, in ms: a regression of known size. */
  readonly workMs: number;
  /** 0 for any free port. */
  readonly port: number;
  /** TICKET_KEY_BYTES in hex that the servers of a fleet share; `undefined` for random ones. */
  readonly ticketKeys: string | undefined;
  /** Times that the key was rotated on request before this start: those that are shared follow from the first. */
  readonly rotations: number;
  /** Instant from which rotations are counted, on the machine's clock; `undefined` for the server's start. */
  readonly rotationStartMs: number | undefined;
  readonly knobs: ServerKnobs;
  /** Takes node:tls although libssl could be had. */
  readonly onNodeTls: boolean;
  /** True where the server's first pipe leads to the session cache that it shares with others. */
  readonly sharesCache: boolean;
}

export type ServerRequest =
  | { readonly type: 'listen'; readonly options: ServerOptions }
  | { readonly type: 'count' }
  /** Asks for another ticket key from now on. */
  | { readonly type: 'rotate' }
  /** Asks to show other certificates from now on, for the same names. */
  | { readonly type: 'renew'; readonly hosts: ServerOptions['hosts'] };

export type ServerResponse =
  | {
      readonly type: 'listening';
      readonly address: string;
      readonly port: number;
      /** The library that serves, with its version. */
      readonly library: string;
    }
  | { readonly type: 'counts'; readonly counts: ServerCounts }
  | { readonly type: 'done' }
  | { readonly type: 'unreachable'; readonly code: string }
  /** A setting is not to be had; the message names it and the reason. */
  | { readonly type: 'refused'; readonly message: string };
