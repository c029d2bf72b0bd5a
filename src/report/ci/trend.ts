/** A value whose history a service keeps. */
export interface TrendPoint {
  /** The cell: `after TLS 1.3 ticket`. */
  readonly benchmark: string;
  readonly measure: string;
  readonly unit: string;
  readonly value: number;
}

/**
 * The input of github-action-benchmark's tool `customSmallerIsBetter`.
 *
 * @see https://github.com/benchmark-action/github-action-benchmark
 */
export const benchmarkJson = (points: readonly TrendPoint[]): string =>
  asJson(points.map(({ benchmark, measure, unit, value }) => ({ name: `${benchmark} ${measure}`, unit, value })));

/**
 * Bencher Metric Format: benchmark, measure, value.
 *
 * @see https://bencher.dev/docs/reference/bencher-metric-format/
 */
export const bencherJson = (points: readonly TrendPoint[]): string => {
  const names = [...new Set(points.map(({ benchmark }) => benchmark))];
  return asJson(
    Object.fromEntries(
      names.map((name) => [
        name,
        Object.fromEntries(
          points
            .filter(({ benchmark }) => benchmark === name)
            .map(({ measure, unit, value }) => [`${measure.replaceAll('.', '_')}_${unit}`, { value }]),
        ),
      ]),
    ),
  );
};

const asJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
