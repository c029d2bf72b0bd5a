/**
 * The quantile function of the standard normal distribution, within 4.5e-4.
 *
 * @param p a probability above 0 and below 1.
 * @see M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions (1964), 26.2.23.
 */
export const normalQuantile = (p: number): number => {
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  return -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
};
