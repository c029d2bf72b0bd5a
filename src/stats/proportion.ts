/**
 * The exact bounds of Clopper and Pearson for a share: each fails with probability alpha at most.
 *
 * @see C. J. Clopper, E. S. Pearson, The use of confidence or fiducial limits, Biometrika 26 (1934).
 */
export const shareBounds = (
  successes: number,
  trials: number,
  alpha: number,
): { readonly lower: number; readonly upper: number } => ({
  lower: successes === 0 ? 0 : root((share) => 1 - binomialCdf(successes - 1, trials, share) - alpha),
  upper: successes === trials ? 1 : root((share) => alpha - binomialCdf(successes, trials, share)),
});

/** P(X <= k) of a binomial distribution. */
export const binomialCdf = (k: number, n: number, p: number): number => {
  if (p <= 0) return 1;
  if (p >= 1) return k >= n ? 1 : 0;
  // Summed from the side with fewer terms.
  if (k > n / 2) return 1 - binomialCdf(n - k - 1, n, 1 - p);
  let sum = 0;
  for (let i = 0; i <= k; i++) sum += Math.exp(logChoose(n, i) + i * Math.log(p) + (n - i) * Math.log1p(-p));
  return Math.min(1, sum);
};

/** Finds the zero of a function that rises from below 0 to above it on [0, 1], by bisection. */
const root = (f: (x: number) => number): number => {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k);

const logFactorials = [0];

const logFactorial = (n: number): number => {
  for (let i = logFactorials.length; i <= n; i++) logFactorials.push((logFactorials[i - 1] ?? 0) + Math.log(i));
  return logFactorials[n] ?? 0;
};
