import type { Random } from '../stats/random.ts';

/** The rate of an open load over the time of a block, per second. */
export type RateProfile =
  | { readonly shape: 'constant'; readonly perSecond: number }
  | {
      readonly shape: 'ramp';
      readonly fromPerSecond: number;
      readonly toPerSecond: number;
      readonly overMs: number;
      /** Equal steps instead of a steady slope; 0 is a slope. */
      readonly steps: number;
    };

/** `constant` spaces arrivals evenly; `poisson` gives them the gaps of independent clients. */
export const ARRIVALS = ['constant', 'poisson'] as const;

export type ArrivalPattern = (typeof ARRIVALS)[number];

export interface ArrivalOptions {
  readonly profile: RateProfile;
  readonly pattern: ArrivalPattern;
  readonly random: Random;
  /** Number of generators that share the arrivals in turn; this is number `index`. */
  readonly parts: number;
  readonly index: number;
}

/**
 * The endless sequence of intended starts of an open load, in ns after its beginning. Pure
 * arithmetic: nothing that happens to a handshake moves the next one.
 *
 * Unit arrivals (evenly spaced from 0 on, or with exponential gaps of mean 1, of which the first
 * precedes the first arrival) are mapped through the inverse of the cumulative rate. All parts walk
 * through the same sequence and keep every n-th arrival, so that together they are exactly the
 * whole.
 *
 * @see D. J. Daley, D. Vere-Jones, An Introduction to the Theory of Point Processes I (2003),
 *   section 7.4: random time change.
 */
export class Arrivals {
  readonly #options: ArrivalOptions;
  #number = 0;
  #expected: number;

  constructor(options: ArrivalOptions) {
    this.#options = options;
    this.#expected = options.pattern === 'constant' ? 0 : exponential(options.random);
  }

  /** The next intended start of this part. */
  nextNs(): number {
    const { profile, index, parts } = this.#options;
    while (this.#number % parts !== index) this.#advance();
    const offsetNs = Math.round(timeOfExpected(profile, this.#expected) * 1e9);
    this.#advance();
    return offsetNs;
  }

  #advance(): void {
    this.#number += 1;
    const { pattern, random } = this.#options;
    this.#expected = pattern === 'constant' ? this.#number : this.#expected + exponential(random);
  }
}

/** A gap of mean 1 between independent events. */
const exponential = (random: Random): number => -Math.log(1 - random());

/**
 * The time in seconds by which a number of arrivals is expected: the inverse of the cumulative
 * rate.
 */
export const timeOfExpected = (profile: RateProfile, expected: number): number => {
  if (profile.shape === 'constant') return expected / profile.perSecond;
  return profile.steps === 0 ? slopeTime(profile, expected) : stepTime(profile, expected);
};

/** The number of arrivals that are expected up to a time: the cumulative rate. */
export const expectedUntil = (profile: RateProfile, seconds: number): number => {
  if (profile.shape === 'constant') return profile.perSecond * seconds;
  const { fromPerSecond, toPerSecond, overMs, steps } = profile;
  const over = overMs / 1000;
  const inside = Math.min(seconds, over);
  const beyond = (seconds - inside) * toPerSecond;
  if (steps === 0) return fromPerSecond * inside + ((toPerSecond - fromPerSecond) * inside * inside) / (2 * over) + beyond;
  const length = over / steps;
  return (
    Array.from({ length: steps }, (_, step) => {
      const part = Math.min(Math.max(inside - step * length, 0), length);
      return part * rateOfStep(profile, step);
    }).reduce((a, b) => a + b, 0) + beyond
  );
};

/** The rate at a time. */
export const rateAt = (profile: RateProfile, seconds: number): number => {
  if (profile.shape === 'constant') return profile.perSecond;
  const { fromPerSecond, toPerSecond, overMs, steps } = profile;
  const part = (seconds * 1000) / overMs;
  if (part >= 1) return toPerSecond;
  return steps === 0 ? fromPerSecond + (toPerSecond - fromPerSecond) * part : rateOfStep(profile, Math.floor(part * steps));
};

type Ramp = Extract<RateProfile, { shape: 'ramp' }>;

const slopeTime = ({ fromPerSecond, toPerSecond, overMs }: Ramp, expected: number): number => {
  const over = overMs / 1000;
  const inRamp = ((fromPerSecond + toPerSecond) / 2) * over;
  if (expected >= inRamp) return over + (expected - inRamp) / toPerSecond;
  const slope = (toPerSecond - fromPerSecond) / over;
  // The root of slope t^2 / 2 + from t = expected, in the form that neither cancels nor divides by
  // a slope of 0.
  return (2 * expected) / (fromPerSecond + Math.sqrt(Math.max(0, fromPerSecond * fromPerSecond + 2 * slope * expected)));
};

const stepTime = (profile: Ramp, expected: number): number => {
  const length = profile.overMs / 1000 / profile.steps;
  let left = expected;
  for (let step = 0; step < profile.steps; step++) {
    const inStep = rateOfStep(profile, step) * length;
    if (left < inStep) return step * length + left / rateOfStep(profile, step);
    left -= inStep;
  }
  return profile.overMs / 1000 + left / profile.toPerSecond;
};

/** The first step has the rate `from`, the last the rate `to`. */
const rateOfStep = ({ fromPerSecond, toPerSecond, steps }: Ramp, step: number): number =>
  steps === 1 ? toPerSecond : fromPerSecond + ((toPerSecond - fromPerSecond) * step) / (steps - 1);
