import { ResumarkError } from '../../domain/error.ts';
import { HANDSHAKE_METRICS } from './handshake-metrics.ts';
import type { Metric } from './metric.ts';
import { SCHEDULE_METRICS } from './schedule-metrics.ts';
import { SPLIT_METRICS } from './split-metrics.ts';
import { SESSION_METRICS } from './session-metrics.ts';

/** Every metric, in the order of the columns of `summary.csv`. */
export const METRICS = [...HANDSHAKE_METRICS, ...SESSION_METRICS, ...SCHEDULE_METRICS, ...SPLIT_METRICS] as const;

export type MetricId = (typeof METRICS)[number]['id'];

const BY_ID: ReadonlyMap<string, Metric> = new Map(METRICS.map((metric) => [metric.id, metric]));

/** Tells whether a name, which may come from a file, is that of a metric. */
export const isMetricId = (name: string): name is MetricId => BY_ID.has(name);

/** Returns the metric of that id. */
export const metric = (id: MetricId): Metric => metricNamed(id);

/**
 * Returns the metric of a name that comes from a record or a gate.
 *
 * @throws ResumarkError RESULT_FILE for one that this version does not know.
 */
export const metricNamed = (name: string): Metric => {
  const found = BY_ID.get(name);
  if (found !== undefined) return found;
  throw new ResumarkError(
    'RESULT_FILE',
    `there is no metric ${JSON.stringify(name)} in this version.`,
    'Read the file with the version of resumark that wrote it.',
  );
};

/** A metric that takes part in comparisons. */
export interface ComparedMetric extends Metric {
  readonly comparison: 'primary' | 'secondary';
}

const isCompared = (metric: Metric): metric is ComparedMetric => metric.comparison !== undefined;

/** The metrics of a comparison, those that make its verdict first. */
export const COMPARED: readonly ComparedMetric[] = (['primary', 'secondary'] as const).flatMap((role) =>
  [...BY_ID.values()].filter(isCompared).filter(({ comparison }) => comparison === role),
);
