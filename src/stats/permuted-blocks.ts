import { shuffled, type Random } from './random.ts';

/** More cards than this would make the shares exact only after a run is over. */
const MOST_CARDS = 10_000;

/**
 * Draws one of several kinds by their weights without chance in the shares: a deck that holds each kind as often as its weight says is
 * shuffled and dealt to its end, and then anew. After every whole deck the shares are exact. Two kinds of equal weight are dealt as pairs
 * in coin-flip order.
 *
 * @see D. R. Cox, N. Reid, The Theory of the Design of Experiments (2000), section 3.2: randomised blocks.
 */
export class PermutedBlocks {
  readonly #cards: readonly number[];
  readonly #random: Random;
  #dealt: readonly number[] = [];
  #next = 0;

  /** @param weights whole numbers above 0, one per kind. */
  constructor(weights: readonly number[], random: Random) {
    const divisor = weights.reduce(greatestCommonDivisor, 0);
    const counts = weights.map((weight) => weight / divisor);
    if (!(counts.reduce((a, b) => a + b, 0) <= MOST_CARDS))
      throw new RangeError(`the weights ${weights.join(', ')} are too fine`);
    this.#cards = counts.flatMap((count, kind) => Array.from({ length: count }, () => kind));
    this.#random = random;
  }

  /** The index of the kind that is next. */
  draw(): number {
    if (this.#cards.length === 1) return 0;
    if (this.#next === this.#dealt.length) {
      this.#dealt = shuffled(this.#cards, this.#random);
      this.#next = 0;
    }
    return this.#dealt[this.#next++] ?? 0;
  }
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
