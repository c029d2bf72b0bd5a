import type { Scenario } from './schema.ts';

/** Limits of the machine; `undefined` where they are unknown. */
export interface MachineLimits {
  /** File descriptors of a process. */
  readonly files: number | undefined;
  /** Local ports of one source address. */
  readonly ports: number | undefined;
}

/**
 * File descriptors that Node, its threads and the result files need in addition to the connections.
 */
const OWN_FILES = 200;

/** Ended connections stay open for 50 ms where the client sends last: this many at 20,000/s. */
const LINGERING = 1000;

/** The reason why the machine cannot provide the requested concurrency, or `undefined` when it can. */
export const machineLimitFlaw = (
  { load, connection }: Scenario,
  { files, ports }: MachineLimits,
): { readonly message: string; readonly hint: string } | undefined => {
  const connections = load.concurrency + Math.min(load.concurrency, LINGERING);
  const needed = connections + OWN_FILES;
  if (files !== undefined && needed > files) {
    return {
      message: `--concurrency ${String(load.concurrency)} needs about ${String(needed)} file descriptors, but the limit is ${String(files)}.`,
      hint: 'Raise it with ulimit -n, or lower --concurrency.',
    };
  }
  const sources = connection.source?.length ?? 1;
  if (ports !== undefined && connections > ports * sources) {
    return {
      message: `--concurrency ${String(load.concurrency)} needs about ${String(connections)} local ports, but there are ${String(ports * sources)}.`,
      hint: 'Add local addresses with --source, or widen net.ipv4.ip_local_port_range.',
    };
  }
  return undefined;
};
