import type { AgentFaultKind } from '../../domain/agent-record.ts';
import type { BlockRecord, HostRecord } from '../../domain/run-record.ts';
import { median } from '../../stats/descriptive.ts';
import { busiest, MOST_BUSY, stallOf } from '../summary/saturation.ts';

/** A fault of an agent in a block; the reason is the end of a sentence that begins with its name. */
export interface HostFault {
  readonly agent: string;
  readonly kind: AgentFaultKind;
  readonly reason: string;
}

/** A later begin than this is no matter of a busy scheduler... */
const MOST_SKEW_NS = 100e6;

/** ...and seen in the rate where it is more than this part of the window. */
const MOST_SKEW_PART = 0.05;

/** An agent that does less than this part of what the others do is behind... */
const LEAST_PART = 0.5;

/** ...for a reason of its own when its workers had a core for less than this share of the time in which they had work. */
const LEAST_CORE_SHARE = 0.5;

/** An agent more of whose connections fail than this share was cut off in the middle, where there are some of them... */
const MOST_FAILED_SHARE = 0.1;
const LEAST_FAILED = 10;

/** ...for a reason of its own where those of the others fail this many times less often. */
const TIMES_OTHERS = 10;

/** The faults of agents that a block shows by itself. */
export const hostFaults = (block: Pick<BlockRecord, 'hosts' | 'schedule' | 'saturated' | 'durationNs'>): HostFault[] =>
  block.hosts.flatMap((host) => {
    const { agent } = host;
    if (agent === undefined) return [];
    const others = block.hosts.filter((other) => other !== host);
    const overload = overloadOf(host, others, block);
    const found: readonly (readonly [AgentFaultKind, string | undefined])[] = [
      ['late', latenessOf(host, block)],
      ['unreachable', unreachedOf(host, others)],
      ['overloaded', overload],
    ];
    return found.flatMap(([kind, reason]) => (reason === undefined ? [] : [{ agent, kind, reason }]));
  });

const latenessOf = ({ startSkewNs = 0 }: HostRecord, { durationNs }: Pick<BlockRecord, 'durationNs'>): string | undefined =>
  startSkewNs > Math.max(MOST_SKEW_NS, MOST_SKEW_PART * durationNs)
    ? `began ${ms(startSkewNs)} after the common start`
    : undefined;

/** A target that nobody reaches is at fault itself, and so is one that fails for all alike. */
const unreachedOf = (host: HostRecord, others: readonly HostRecord[]): string | undefined => {
  const { handshakes = 0, errors = 0 } = host;
  const attempts = handshakes + errors;
  const isReached = others.some((other) => (other.handshakes ?? 0) > 0);
  if (!isReached || errors === 0) return undefined;
  if (handshakes === 0) return `failed in all of its ${String(errors)} connections, while those of others reached the target`;
  if (errors < LEAST_FAILED || errors < MOST_FAILED_SHARE * attempts) return undefined;
  if (errors < TIMES_OTHERS * failedShareOf(others) * attempts) return undefined;
  return `failed in ${String(errors)} of its ${String(attempts)} connections, while those of others reached the target`;
};

const failedShareOf = (hosts: readonly HostRecord[]): number => {
  const errors = hosts.reduce((sum, host) => sum + (host.errors ?? 0), 0);
  return errors / hosts.reduce((sum, host) => sum + (host.handshakes ?? 0) + (host.errors ?? 0), 0);
};

const overloadOf = (
  host: HostRecord,
  others: readonly HostRecord[],
  { schedule, saturated }: Pick<BlockRecord, 'schedule' | 'saturated'>,
): string | undefined => {
  const stallNs = stallOf({ hosts: [host] });
  if (stallNs !== undefined) return `stood still for ${ms(stallNs)}`;
  if (schedule !== null && saturated && busiest(host) > MOST_BUSY)
    return `was busy for ${percent(busiest(host))} of the time and could not keep up with its part of the rate`;
  return slownessOf(host, others);
};

/** An agent that is far away is slower too, and not at fault: its workers wait without work. */
const slownessOf = (host: HostRecord, others: readonly HostRecord[]): string | undefined => {
  const share = coreShareOf(host);
  const usual = median(others.map(perWorker));
  if (usual === undefined || share === undefined) return undefined;
  if (perWorker(host) >= LEAST_PART * usual || share >= LEAST_CORE_SHARE) return undefined;
  return `made ${String(Math.round(perWorker(host)))} handshakes per worker, where others made ${String(Math.round(usual))}: it had a core for ${percent(share)} of the time in which they had work`;
};

const perWorker = ({ handshakes = 0, workers }: HostRecord): number => handshakes / Math.max(1, workers.length);

/** The share of the time in which they had something to do that workers were on a core; `undefined` where it is not known. */
const coreShareOf = ({ workers }: HostRecord): number | undefined => {
  const shares = workers.flatMap(({ busyShare, cpuShare }) =>
    busyShare === null || cpuShare === null || busyShare === 0 ? [] : [cpuShare / busyShare],
  );
  return median(shares);
};

const ms = (ns: number): string => `${(ns / 1e6).toFixed(0)} ms`;

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
