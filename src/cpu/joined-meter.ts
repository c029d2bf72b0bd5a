import { sumOf } from '../stats/descriptive.ts';
import type { CpuMeter, CpuSource, CpuSpan, ServerUse } from './meter.ts';

/** The meters of what stands around the nodes of a fleet. */
export interface FleetMeters {
  readonly balancer: CpuMeter;
  /** That of the session cache which they share; `undefined` where each has its own. */
  readonly cache: CpuMeter | undefined;
}

/** The meter of several servers as if they were one: the nodes of a fleet. */
export const joinedMeter = (meters: readonly CpuMeter[]): CpuMeter => ({
  get source(): CpuSource {
    const sources = meters.map(({ source }) => source);
    const unknown = sources.find(({ state }) => state === 'unknown');
    const texts = sources.flatMap((source) => (source.state === 'known' ? source.text : []));
    return unknown ?? { state: 'known', text: texts.join('; ') };
  },
  start: () => joinedSpan(meters.map((meter) => meter.start())),
});

const joinedSpan = (spans: readonly CpuSpan[]): CpuSpan => ({
  look: () => {
    for (const span of spans) span.look();
  },
  cpuNs: () => joinedNs(spans.map((span) => span.cpuNs())),
  used: () => joinedUse(spans.map((span) => span.used())),
});

/** The CPU time of all is known when that of each is. */
const joinedNs = (each: readonly (number | undefined)[]): number | undefined => {
  const known = each.flatMap((ns) => ns ?? []);
  return known.length === each.length ? sumOf(known, (ns) => ns) : undefined;
};

const joinedUse = (uses: readonly ServerUse[]): ServerUse => {
  const [tightest] = uses.flatMap(({ quota }) => quota ?? []).toSorted((a, b) => b.throttledShare - a.throttledShare);
  return {
    cpuNs: joinedNs(uses.map(({ cpuNs }) => cpuNs)),
    cpuAbsence: uses.find(({ cpuAbsence }) => cpuAbsence !== null)?.cpuAbsence ?? null,
    quota: tightest ?? null,
    forwardsTo: [...new Set(uses.flatMap(({ forwardsTo }) => forwardsTo))],
    pids: uses.flatMap(({ pids }) => pids),
  };
};
