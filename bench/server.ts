import type { Protocol } from '../src/domain/protocol.ts';

/** Handshakes that a server has finished, by its own account. */
export interface HandshakeCounts {
  readonly full: number;
  readonly resumed: number;
}

/** A server that clients are measured against. */
export interface BenchServer {
  readonly name: string;
  readonly port: number;
  /** Where HTTPS of one version is spoken; `undefined` where the server speaks no HTTP. */
  httpPort(protocol: Protocol): number | undefined;
  /** PEM of its certificate, which is its own authority. */
  readonly certificatePath: string;
  /** What it has finished since this was asked last. */
  takeCounts(): Promise<HandshakeCounts>;
  cpuNs(): number;
  close(): Promise<void>;
}

/** The servers of a bench, alike but for their workers. What is compared is measured on one of them. */
export interface BenchServers {
  /** With a worker for each core, as it is deployed: a client that is quicker than one worker need not wait for it. */
  readonly perCore: BenchServer;
  /** With one worker. */
  readonly single: BenchServer;
}
