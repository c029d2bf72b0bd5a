import type { Span } from './log.ts';
import { usedMs, type Sighting } from './sightings.ts';
import type { Range } from './range.ts';

export interface Period extends Range {
  /** False where no single period explains all rotations: the bounds are then those of the shortest and the longest time between two. */
  readonly isRegular: boolean;
}

/** Rotations at each end of the watch that are held against each other: those in between add little, and all pairs of many are too many. */
const MOST_AT_AN_END = 32;

/**
 * Encloses the time between two rotations. That of n periods is known as well as that of one, so that many rotations give an exact
 * period even where polls are rare.
 *
 * A key whose whole life falls between two polls is never seen. Where some key was certainly in use for longer than from one poll to the
 * next, a constant period excludes that; otherwise there is only an upper bound.
 *
 * @returns `undefined` where no key has a name.
 */
export const periodOf = (sightings: readonly Sighting[]): Period | undefined => {
  if (sightings.length === 0) return undefined;
  const longestMs = Math.max(...sightings.map(usedMs));
  const rotations = numbered(
    sightings.flatMap(({ appeared }) => appeared ?? []),
    longestMs,
  );
  const pairs = pairsOf(rotations);
  const low = Math.max(longestMs, ...pairs.map((pair) => pair.low));
  const high = Math.min(Number.POSITIVE_INFINITY, ...pairs.map((pair) => pair.high));
  if (low <= high) return { low, high, isRegular: true };
  const steps = rotations.slice(1).map((later, i) => timesBetween(rotations[i] ?? later, later));
  return {
    low: Math.min(...steps.map((step) => step.low)),
    high: Math.max(longestMs, ...steps.map((step) => step.high)),
    isRegular: false,
  };
};

interface Rotation extends Span {
  readonly index: number;
  /** Rotations of one stretch have no unseen one between them. */
  readonly stretch: number;
}

const numbered = (changes: readonly Span[], longestMs: number): Rotation[] => {
  let stretch = 0;
  return changes.map((change, index) => {
    if (change.toMs - change.fromMs > longestMs) stretch += 1;
    return { ...change, index, stretch };
  });
};

const pairsOf = (rotations: readonly Rotation[]): Range[] => {
  const ends =
    rotations.length > 2 * MOST_AT_AN_END
      ? [...rotations.slice(0, MOST_AT_AN_END), ...rotations.slice(-MOST_AT_AN_END)]
      : rotations;
  return ends.flatMap((earlier, i) => ends.slice(i + 1).map((later) => timesBetween(earlier, later)));
};

/** Bounds of a period, from two rotations that are so many apart, or more where some may not have been seen. */
const timesBetween = (earlier: Rotation, later: Rotation): Range => {
  const periods = later.index - earlier.index;
  const isWhole = earlier.stretch === later.stretch;
  return {
    low: isWhole ? (later.fromMs - earlier.toMs) / periods : 0,
    high: (later.toMs - earlier.fromMs) / periods,
  };
};
