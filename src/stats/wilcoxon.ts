/**
 * The exact null distribution of Wilcoxon's signed-rank statistic W+ for n pairs without ties: how many of the 2^n sign patterns give each
 * value, as probabilities.
 *
 * @see M. Hollander, D. A. Wolfe, E. Chicken, Nonparametric Statistical Methods (3rd ed. 2014), section 3.1.
 */
export const signedRankDistribution = (n: number): Float64Array => {
  const kept = distributions.get(n);
  if (kept !== undefined) return kept;
  let probability = new Float64Array(1).fill(1);
  for (let rank = 1; rank <= n; rank++) probability = withRank(probability, rank);
  distributions.set(n, probability);
  return probability;
};

const distributions = new Map<number, Float64Array>();

/** The sign of one more rank is drawn: it adds to the sum or does not, each with probability 1/2. */
const withRank = (before: Float64Array, rank: number): Float64Array<ArrayBuffer> => {
  const after = new Float64Array(before.length + rank);
  for (let sum = 0; sum < before.length; sum++) {
    const half = (before[sum] ?? 0) / 2;
    after[sum] = (after[sum] ?? 0) + half;
    after[sum + rank] = (after[sum + rank] ?? 0) + half;
  }
  return after;
};

/** P(W+ <= w) for n pairs under the null hypothesis. */
export const signedRankCdf = (w: number, n: number): number => {
  const probability = signedRankDistribution(n);
  let sum = 0;
  for (let at = 0; at <= Math.min(w, probability.length - 1); at++) sum += probability[at] ?? 0;
  return Math.min(1, sum);
};

/**
 * The greatest c with P(W+ <= c) <= alpha, `undefined` when even c = 0 is likelier than alpha: then n pairs cannot decide at this level.
 */
export const signedRankCritical = (alpha: number, n: number): number | undefined => {
  const probability = signedRankDistribution(n);
  let sum = 0;
  let critical: number | undefined;
  for (let w = 0; w < probability.length; w++) {
    sum += probability[w] ?? 0;
    if (sum > alpha) break;
    critical = w;
  }
  return critical;
};

/**
 * The one-sided p-value of "the differences are centred above `shift`". Differences that equal the shift count half for and half against;
 * equal sizes share their ranks, and the sum is rounded against the claim, so that ties make the test conservative.
 */
export const signedRankPAbove = (differences: readonly number[], shift: number): number => {
  const n = differences.length;
  if (n === 0) return 1;
  const shifted = differences.map((difference) => difference - shift);
  const w = Math.floor(positiveRankSum(shifted) + 1e-9);
  // P(W+ >= w) = P(W+ <= M - w) by symmetry.
  return signedRankCdf((n * (n + 1)) / 2 - w, n);
};

const positiveRankSum = (differences: readonly number[]): number => {
  const sizes = differences.map(Math.abs);
  const order = sizes.map((_, i) => i).toSorted((a, b) => (sizes[a] ?? 0) - (sizes[b] ?? 0));
  let sum = 0;
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && sizes[order[to] ?? 0] === sizes[order[from] ?? 0]) to += 1;
    const rank = (from + 1 + to) / 2;
    for (const i of order.slice(from, to)) sum += rank * weightOf(differences[i] ?? 0);
    from = to;
  }
  return sum;
};

const weightOf = (difference: number): number => {
  if (difference === 0) return 0.5;
  return difference > 0 ? 1 : 0;
};
