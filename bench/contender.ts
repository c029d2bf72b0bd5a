import type { Case } from './case.ts';
import type { BenchServer } from './server.ts';

/** One measurement of one client. */
export interface Sample {
  readonly full: number;
  readonly resumed: number;
  /** CPU time of the client, user and system, all of its threads. */
  readonly clientCpuNs: number;
  /** Of an engine: the part of it that is the thread which performs the handshakes. */
  readonly threadCpuNs: number | undefined;
  readonly serverCpuNs: number;
  readonly seconds: number;
}

export interface Measure {
  readonly what: Case;
  readonly server: BenchServer;
  readonly seconds: number;
  readonly concurrency: number;
}

/** A client that is compared with others: an engine of ours or a tool of the machine. */
export interface Contender {
  readonly name: string;
  /** What it does beside handshakes, or leaves out. */
  readonly remark: string;
  /** Whether it can be asked for such handshakes. */
  takes(what: Case, server: BenchServer): boolean;
  measure(order: Measure): Promise<Sample>;
}
