import type { CompareSettings } from '../../scenario/compare-schema.ts';
import type { ComparedMetric } from './metrics.ts';
import { metric } from '../metrics/catalogue.ts';

/**
 * The relative change that counts, the absolute floor taken in: a change must be above both. By the smaller side, so that swapping the
 * sides changes nothing.
 */
export const minimumEffect = (
  { floorNs, id }: ComparedMetric,
  { before, after }: { readonly before: number | undefined; readonly after: number | undefined },
  { minEffect, minDelta }: CompareSettings,
): number => {
  const smaller = Math.min(before ?? Number.POSITIVE_INFINITY, after ?? Number.POSITIVE_INFINITY);
  const floor = minDelta !== undefined && metric(id).unit === 'ns' ? minDelta * 1e6 : floorNs;
  return Math.max(minEffect, Number.isFinite(smaller) && smaller > 0 ? floor / smaller : 0);
};
