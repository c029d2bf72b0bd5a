import type { Redis } from 'ioredis';
import { nowNs, unixNsOf } from '../../engine/clock.ts';

/** Readings to choose the best of: the last ones, since clocks drift apart. */
const KEPT = 16;

/** By how much two clocks drift apart in a second, at most: quartz is within 100 ppm. */
const DRIFT = 100e-6;

interface Reading {
  /** Redis' time minus ours, in µs: a double holds both exactly enough. */
  readonly offsetUs: number;
  readonly roundTripUs: number;
  readonly atNs: number;
}

/** Redis' clock as seen from here: the one that all machines of a run have in common. */
export class CommonClock {
  readonly #redis: Redis;
  #readings: readonly Reading[] = [];

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Reads the clock several times. @throws Error when Redis does not answer. */
  async read(times = 1): Promise<void> {
    for (let count = 0; count < times; count++) await this.readWith(() => this.#redis.time());
  }

  /**
   * Reads the clock in a round trip that is made anyway.
   *
   * @param ask its answer begins as that of TIME does: with seconds, and microseconds of the second.
   */
  async readWith<Answer extends readonly unknown[]>(ask: () => Promise<Answer>): Promise<Answer> {
    const beforeNs = nowNs();
    const answer = await ask();
    const afterNs = nowNs();
    const [seconds, micros] = answer;
    const middleUs = (beforeNs + afterNs) / 2000;
    const offsetUs = Number(seconds) * 1e6 + Number(micros) - middleUs;
    const reading = { offsetUs, roundTripUs: (afterNs - beforeNs) / 1000, atNs: afterNs };
    this.#readings = [...this.#readings, reading].slice(-KEPT);
    return answer;
  }

  /** Half of the round trip in which the clock was read, and what may have drifted since. */
  get errorNs(): number {
    return Math.round(errorUs(this.#best) * 1000);
  }

  /** Our system's clock minus Redis'. */
  get systemOffsetNs(): number {
    const { offsetUs, atNs } = this.#best;
    const redisUs = Math.round(offsetUs + atNs / 1000);
    return Number(BigInt(unixNsOf(atNs)) - BigInt(redisUs) * 1000n);
  }

  /** Redis' time now, in µs since 1970. */
  nowUs(): number {
    return Math.round(this.#best.offsetUs + nowNs() / 1000);
  }

  /** A time of Redis' clock on the engines' clock of this process. */
  toLocalNs(redisUs: number): number {
    return Math.round((redisUs - this.#best.offsetUs) * 1000);
  }

  get #best(): Reading {
    const [first, ...others] = this.#readings;
    if (first === undefined) throw new Error('the common clock has not been read');
    return others.reduce((best, reading) => (errorUs(reading) < errorUs(best) ? reading : best), first);
  }
}

const errorUs = ({ roundTripUs, atNs }: Reading): number => roundTripUs / 2 + (DRIFT * (nowNs() - atNs)) / 1000;
