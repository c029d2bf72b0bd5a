/** From 1 us to 64 s: what is shorter or longer is counted in the first or the last step. */
const FIRST_NS = 1000;
const DOUBLINGS = 26;

/** Steps of durations whose widths grow with them, so that each is known within the same share of itself. */
export class LogSteps {
  readonly count: number;
  readonly #perDoubling: number;

  /** @param perDoubling 8 tell durations within 4.5 %, 32 within 1.1 %. */
  constructor(perDoubling: number) {
    this.#perDoubling = perDoubling;
    this.count = DOUBLINGS * perDoubling;
  }

  /** The step that a duration falls into. */
  stepOf(ns: number): number {
    const step = Math.floor(Math.log2(Math.max(1, ns / FIRST_NS)) * this.#perDoubling);
    return Math.min(this.count - 1, step);
  }

  /** The middle of a step. */
  middleNs(step: number): number {
    return FIRST_NS * 2 ** ((step + 0.5) / this.#perDoubling);
  }
}
