import type { ServerCounts } from '../server-counts.ts';

/** A reference server that listens, in its own process. */
export interface RunningServer {
  /** The library that serves, with its version. */
  readonly library: string;
  readonly address: string;
  readonly port: number;
  readonly counts: () => ServerCounts;
  /** Takes another ticket key. */
  readonly rotate: () => void;
}
