import type { CompareSettings } from '../../scenario/compare-schema.ts';
import type { Metric } from '../metrics/metric.ts';

/**
 * The relative change that counts, the absolute floor taken in: a change must be above both. By the smaller side, so that swapping the
 * sides changes nothing.
 */
export const minimumEffect = (
  { leastChange, unit }: Metric,
  { before, after }: { readonly before: number | undefined; readonly after: number | undefined },
  { minEffect, minDelta }: CompareSettings,
): number => {
  const smaller = Math.min(before ?? Number.POSITIVE_INFINITY, after ?? Number.POSITIVE_INFINITY);
  const floor = minDelta !== undefined && unit === 'ns' ? minDelta * 1e6 : leastChange;
  return Math.max(minEffect, Number.isFinite(smaller) && smaller > 0 ? floor / smaller : 0);
};
