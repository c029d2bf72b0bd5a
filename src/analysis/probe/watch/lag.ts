import type { Range } from './range.ts';
import type { Sighting } from './sightings.ts';

/** What was seen at an address. */
export interface Seen {
  readonly address: number;
  readonly sightings: readonly Sighting[];
}

/** An address at which keys appear later than at another one. */
export interface Lag extends Range {
  readonly address: number;
  readonly after: number;
  /** Keys that show it. */
  readonly keys: number;
}

/**
 * Finds addresses at which the same keys appear later than at the first of those that share them, by more than the polls leave open.
 * Each fleet of shared keys has one first address: that at which its keys appear earliest on the whole.
 */
export const lagsOf = (seen: readonly Seen[]): Lag[] => {
  const leaders = seen.toSorted((a, b) => lead(b, seen) - lead(a, seen));
  return seen.flatMap((each) => {
    const leader = leaders.find((other) => sharesKeys(other, each));
    return leader === undefined || leader === each ? [] : (lagBetween(leader, each) ?? []);
  });
};

const sharesKeys = (one: Seen, other: Seen): boolean =>
  one.sightings.some(({ name }) => other.sightings.some((sighting) => sighting.name === name));

/** Keys that an address had certainly before others, less those that others had certainly before it. */
const lead = (one: Seen, seen: readonly Seen[]): number => {
  let ahead = 0;
  for (const other of seen) {
    for (const { low, high } of delays(one, other)) ahead += low > 0 ? 1 : high < 0 ? -1 : 0;
  }
  return ahead;
};

/** By how much keys appeared later at the other address, key by key. */
const delays = (one: Seen, other: Seen): Range[] => {
  const appearedAt = new Map(one.sightings.map((sighting) => [sighting.name, appearance(sighting)]));
  return other.sightings.flatMap((sighting) => {
    const first = appearedAt.get(sighting.name);
    const later = appearance(sighting);
    // A key that both had from the beginning says nothing.
    return first === undefined ? [] : [{ low: later.low - first.high, high: later.high - first.low }];
  });
};

/** Of a key that was there from the beginning nothing is known but that it appeared before it was seen. */
const appearance = ({ appeared, first }: Sighting): Range => ({
  low: appeared?.fromMs ?? Number.NEGATIVE_INFINITY,
  high: appeared?.toMs ?? first.toMs,
});

const lagBetween = (leader: Seen, later: Seen): Lag | undefined => {
  const found = delays(leader, later).filter(({ low }) => low > Number.NEGATIVE_INFINITY);
  const low = Math.max(...found.map((delay) => delay.low));
  const high = Math.min(...found.map((delay) => delay.high));
  if (found.length === 0 || low <= 0) return undefined;
  const pair = { address: later.address, after: leader.address, keys: found.length };
  if (low <= high) return { ...pair, low, high };
  // Not the same each time.
  return {
    ...pair,
    low: Math.max(0, Math.min(...found.map((delay) => delay.low))),
    high: Math.max(...found.map((delay) => delay.high)),
  };
};
