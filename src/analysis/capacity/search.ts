import type { TrialVerdict } from '../../domain/capacity-record.ts';

/** One rate that was tried, and what came of it. */
export interface Trial {
  readonly perSecond: number;
  readonly verdict: TrialVerdict;
}

export interface SearchOptions {
  /** A guess, good or bad. */
  readonly firstPerSecond: number;
  /** The answer is so close below a rate that is not sustained: 0.05 is 5%. */
  readonly tolerance: number;
  /** No rate below this is tried: 0.5/s unless the target is known to do far more. */
  readonly leastPerSecond?: number;
}

/** What to do next: try a rate, or stop with what was found. */
export type SearchStep =
  | { readonly step: 'trial'; readonly perSecond: number }
  | {
      readonly step: 'done';
      /** The highest rate that was sustained; `undefined` when not even the lowest was. */
      readonly foundPerSecond: number | undefined;
      /** The lowest rate above it that was not; `undefined` when all were. */
      readonly failsPerSecond: number | undefined;
      /** Whether a repeat of each said the same, within the tolerance, and no trial far from them contradicts. */
      readonly isConfirmed: boolean;
    };

/** A rate is tried so often at most: two that agree, or the better of three. */
const TRIES = 3;
const AGREEING = 2;

/** Steps up are small since the first guess is mostly near; steps down large since a target that is overloaded is measured slowly. */
const UP = 1.5;
const DOWN = 0.6;

/** Below this there is nothing to search for. */
export const LEAST_PER_SECOND = 0.5;

/** The search ends after so many trials whatever they said: a target that answers at random has no capacity to be found. */
export const MOST_TRIALS = 40;

/**
 * Finds the highest rate that is sustained: goes up or down from a guess until one rate is sustained and one is not, halves the distance
 * (of the logarithms) until it is within the tolerance, and repeats both ends. Noise goes both ways, so two of three decide on a rate.
 *
 * Pure: all that is known is in the trials so far.
 */
export const nextStep = (
  { firstPerSecond, tolerance, leastPerSecond = LEAST_PER_SECOND }: SearchOptions,
  trials: readonly Trial[],
): SearchStep => {
  if (trials.at(-1)?.verdict === 'never-honoured') return { step: 'done', ...NOTHING };
  const rates = triedRates(trials);
  const undecided = rates.find(({ sustained, failed }) => sustained === failed);
  const { found, fails } = bracketOf(rates);
  if (trials.length >= MOST_TRIALS) return done({ found, fails, rates }, tolerance);
  if (undecided !== undefined) return trial(undecided.perSecond);
  if (fails === undefined) return trial(found === undefined ? firstPerSecond : found.perSecond * UP);
  return found === undefined
    ? stepDown({ fails, rates }, { tolerance, leastPerSecond })
    : stepBetween({ found, fails, rates }, tolerance);
};

const stepDown = (
  { fails, rates }: Pick<Bracket, 'fails' | 'rates'>,
  { tolerance, leastPerSecond }: { readonly tolerance: number; readonly leastPerSecond: number },
): SearchStep => {
  const lower = fails.perSecond * DOWN;
  if (lower >= leastPerSecond) return trial(lower);
  return isAgreed(fails) ? done({ fails, rates }, tolerance) : trial(fails.perSecond);
};

interface Bracket {
  readonly found: TriedRate;
  readonly fails: TriedRate;
  readonly rates: readonly TriedRate[];
}

const stepBetween = ({ found, fails, rates }: Bracket, tolerance: number): SearchStep => {
  const middle = rounded(Math.sqrt(found.perSecond * fails.perSecond));
  const isNarrow = fails.perSecond / found.perSecond <= 1 + tolerance || rates.some(({ perSecond }) => perSecond === middle);
  if (!isNarrow) return trial(middle);
  const doubtful = [found, fails].find((rate) => !isAgreed(rate));
  return doubtful === undefined ? done({ found, fails, rates }, tolerance) : trial(doubtful.perSecond);
};

interface TriedRate {
  readonly perSecond: number;
  readonly sustained: number;
  readonly failed: number;
}

/** In ascending order. */
const triedRates = (trials: readonly Trial[]): TriedRate[] =>
  [...new Set(trials.map(({ perSecond }) => perSecond))]
    .toSorted((a, b) => a - b)
    .map((perSecond) => {
      const tries = trials.filter((one) => one.perSecond === perSecond);
      const sustained = tries.filter(({ verdict }) => verdict === 'sustained').length;
      return { perSecond, sustained, failed: tries.length - sustained };
    });

/** The lowest rate that is not sustained, and the highest below it that is: what was sustained above a failure was luck. */
const bracketOf = (
  rates: readonly TriedRate[],
): { readonly found: TriedRate | undefined; readonly fails: TriedRate | undefined } => {
  const fails = rates.find((rate) => rate.failed > rate.sustained);
  const found = rates.findLast(
    (rate) => rate.sustained > rate.failed && (fails === undefined || rate.perSecond < fails.perSecond),
  );
  return { found, fails };
};

const isAgreed = ({ sustained, failed }: TriedRate): boolean =>
  Math.max(sustained, failed) >= AGREEING || sustained + failed >= TRIES;

const NOTHING = { foundPerSecond: undefined, failsPerSecond: undefined, isConfirmed: false };

interface OpenBracket {
  readonly found?: TriedRate | undefined;
  readonly fails?: TriedRate | undefined;
  readonly rates: readonly TriedRate[];
}

const done = ({ found, fails, rates }: OpenBracket, tolerance: number): SearchStep => ({
  step: 'done',
  foundPerSecond: found?.perSecond,
  failsPerSecond: fails?.perSecond,
  isConfirmed:
    found !== undefined &&
    fails !== undefined &&
    isAgreed(found) &&
    isAgreed(fails) &&
    fails.perSecond / found.perSecond <= 1 + tolerance + ROUNDING &&
    !rates.some((rate) => contradicts(rate, { found, fails, tolerance })),
});

/** One of the ends may be won by two of three; a rate that is far beyond them and was borne, or far below and was not, is another matter. */
const contradicts = (
  { perSecond, sustained, failed }: TriedRate,
  { found, fails, tolerance }: Pick<Bracket, 'found' | 'fails'> & { readonly tolerance: number },
): boolean =>
  (sustained > 0 && perSecond > fails.perSecond * (1 + tolerance)) ||
  (failed > 0 && perSecond < found.perSecond / (1 + tolerance));

const trial = (perSecond: number): SearchStep => ({ step: 'trial', perSecond: rounded(perSecond) });

/** What rounding can add to the distance of two rates. */
const ROUNDING = 0.005;

/** To three digits: a rate that a person can repeat. */
const rounded = (perSecond: number): number => Number(perSecond.toPrecision(3));
