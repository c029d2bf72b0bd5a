import { shuffled, type Random } from './random.ts';

/** A longer block would make the shares exact only after a run is over. */
const MOST_PER_BLOCK = 10_000;

/**
 * Permuted-block randomisation: draws one of several kinds by their weights without chance in the shares.
 * A block holds each kind as often as its weight says; it is shuffled, handed out to its end, and shuffled
 * again. After every whole block the shares are exact. Two kinds of equal weight come in pairs of random order.
 *
 * @see D. R. Cox, N. Reid, The Theory of the Design of Experiments (2000), section 3.2: randomised blocks.
 */
export class PermutedBlocks {
  readonly #block: readonly number[];
  readonly #random: Random;
  #shuffled: readonly number[] = [];
  #next = 0;

  /** @param weights whole numbers above 0, one per kind. */
  constructor(weights: readonly number[], random: Random) {
    const divisor = weights.reduce(greatestCommonDivisor, 0);
    const counts = weights.map((weight) => weight / divisor);
    if (!(counts.reduce((a, b) => a + b, 0) <= MOST_PER_BLOCK))
      throw new RangeError(`the weights ${weights.join(', ')} are too fine`);
    this.#block = counts.flatMap((count, kind) => Array.from({ length: count }, () => kind));
    this.#random = random;
  }

  /** The index of the kind that is next. */
  next(): number {
    if (this.#block.length === 1) return 0;
    if (this.#next === this.#shuffled.length) {
      this.#shuffled = shuffled(this.#block, this.#random);
      this.#next = 0;
    }
    return this.#shuffled[this.#next++] ?? 0;
  }
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
