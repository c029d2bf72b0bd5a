import type { KeyRun, Span } from './log.ts';

/** All that was seen of one key at an address. */
export interface Sighting {
  readonly name: string;
  readonly polls: number;
  readonly first: Span;
  readonly last: Span;
  /** From the last poll without it to the first one with it; `undefined` where it was there from the beginning. */
  readonly appeared: Span | undefined;
  /** From the last poll with it to the first one after that; `undefined` where that was the last of all. */
  readonly left: Span | undefined;
}

/** Gathers what was seen of each key, in the order in which they appeared. Tickets without a name are left out. */
export const sightingsOf = (runs: readonly KeyRun[]): Sighting[] => {
  const sightings = new Map<string, Sighting>();
  for (const [index, run] of runs.entries()) {
    if (run.name === '') continue;
    const before = runs[index - 1];
    const after = runs[index + 1];
    const known = sightings.get(run.name);
    sightings.set(run.name, {
      name: run.name,
      polls: (known?.polls ?? 0) + run.polls,
      first: known?.first ?? run.first,
      last: run.last,
      appeared: known === undefined ? before && between(before.last, run.first) : known.appeared,
      left: after && between(run.last, after.first),
    });
  }
  return [...sightings.values()];
};

/** A change between two polls: it came after the start of the first one, and before the end of the second. */
const between = (earlier: Span, later: Span): Span => ({ fromMs: earlier.fromMs, toMs: later.toMs });

/** Longest time in ms for which a key was certainly in use. */
export const usedMs = ({ first, last }: Sighting): number => Math.max(0, last.fromMs - first.toMs);

/** Polling intervals in which two keys may be seen in turns: the workers of one server do not all change at the same moment. */
const TOLERATED_POLLS = 2;

/** True where a key comes back after a newer one, for longer than a rotation takes: several servers stand at the address. */
export const takesTurns = (runs: readonly KeyRun[], everyMs: number): boolean => {
  const replaced = new Map<string, Span>();
  const seen = new Set<string>();
  for (const [index, { name, last }] of runs.entries()) {
    const since = replaced.get(name);
    if (since !== undefined && last.fromMs - since.toMs > TOLERATED_POLLS * everyMs) return true;
    seen.add(name);
    const after = runs[index + 1];
    if (since === undefined && after !== undefined && !seen.has(after.name)) replaced.set(name, after.first);
  }
  return false;
};
