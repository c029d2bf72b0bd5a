import { nowNs } from '../clock.ts';
import type { ArrivalStamps } from '../engine.ts';

/** A step of the system's clock below this changes no figure that is shown; reading two clocks one after the other is as uncertain. */
const LEAST_STEP_NS = 50_000;

/** Readings of which the tightest counts: between the two clocks of a single one the thread may lose its core. */
const READINGS = 9;

interface Reading {
  /** The system's clock less the engines'. */
  readonly offsetNs: number;
  /** Time that the reading took: the offset is as uncertain. */
  readonly widthNs: number;
}

/**
 * Converts times of the system's clock, in which Linux stamps packets, to the engines' clock.
 *
 * Both clocks run at the same speed, also while NTP slews them; only a step of the system's clock
 * changes their offset. Once one is seen nothing is converted any more until {@link begin}.
 */
export class StampClock implements ArrivalStamps {
  /** Returns ns of the system's clock, from any fixed moment on. */
  readonly #systemNs: () => number;
  readonly #engineNs: () => number;
  #offset: Reading;
  #hasStepped = false;

  constructor(systemNs: () => number, engineNs = nowNs) {
    this.#systemNs = systemNs;
    this.#engineNs = engineNs;
    this.#offset = this.#measure();
  }

  /** True when the system's clock was stepped since {@link begin}. */
  get hasStepped(): boolean {
    return this.#hasStepped;
  }

  /** Measures the offset anew. */
  begin(): void {
    this.#offset = this.#measure();
    this.#hasStepped = false;
  }

  /** Looks whether the clock was stepped; costs a microsecond where it was not. */
  watch(): void {
    if (this.#hasStepped || !this.#differs(this.#read())) return;
    this.#hasStepped = this.#differs(this.#measure());
  }

  /** @returns the time on the engines' clock; NaN when the system's clock was stepped. */
  toEngineNs(systemNs: number): number {
    return this.#hasStepped ? Number.NaN : systemNs - this.#offset.offsetNs;
  }

  #differs({ offsetNs, widthNs }: Reading): boolean {
    return Math.abs(offsetNs - this.#offset.offsetNs) > LEAST_STEP_NS + widthNs + this.#offset.widthNs;
  }

  #measure(): Reading {
    let tightest = this.#read();
    for (let reading = 1; reading < READINGS; reading++) {
      const other = this.#read();
      if (other.widthNs < tightest.widthNs) tightest = other;
    }
    return tightest;
  }

  #read(): Reading {
    const before = this.#engineNs();
    const system = this.#systemNs();
    const after = this.#engineNs();
    return { offsetNs: Math.round(system - (before + after) / 2), widthNs: after - before };
  }
}
