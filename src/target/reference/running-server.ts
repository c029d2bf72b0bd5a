import type { ServerCounts } from '../server-counts.ts';
import type { ServerOptions } from './server-messages.ts';

/** A reference server that listens, in its own process. */
export interface RunningServer {
  /** The library that serves, with its version. */
  readonly library: string;
  readonly address: string;
  readonly port: number;
  readonly counts: () => ServerCounts;
  /** Takes another ticket key. */
  readonly rotate: () => void;
  /** Shows other certificates from now on; sessions stay as they are. */
  readonly renew: (hosts: ServerOptions['hosts']) => void;
}
