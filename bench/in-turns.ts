import type { Usage } from './engines.ts';
import { median } from './median.ts';
import type { BenchOptions } from './options.ts';

/** Repeats the measurements in turns, so that a drift hits them alike. @returns the medians of each. */
export const inTurns = async <Name extends string>(
  { repeats }: BenchOptions,
  measurements: Readonly<Record<Name, () => Promise<Usage>>>,
): Promise<Record<Name, Usage>> => {
  const named = Object.entries(measurements) as [Name, () => Promise<Usage>][];
  const taken = named.map(([name, take]) => ({ name, take, all: [] as Usage[] }));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const { take, all } of taken) all.push(await take());
  }
  return Object.fromEntries(taken.map(({ name, all }) => [name, medianOf(all)])) as Record<Name, Usage>;
};

const medianOf = (all: readonly Usage[]): Usage => {
  const of = (value: (one: Usage) => number): number => median(all.map(value));
  return {
    perSecond: of(({ perSecond }) => perSecond),
    clientNs: of(({ clientNs }) => clientNs),
    serverNs: of(({ serverNs }) => serverNs),
    clientCores: of(({ clientCores }) => clientCores),
    serverCores: of(({ serverCores }) => serverCores),
  };
};
