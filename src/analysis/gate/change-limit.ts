import type { Metric } from '../metrics/metric.ts';
import type { Limit } from './evidence.ts';

/** How far a change may go: a share may fall by so many points, a rate by so much of itself, and everything else may rise. */
export const changeLimit = ({ unit, better }: Metric, effect: number): Limit => {
  if (unit === 'share') return { unit: 'points', operator: '>', limit: -effect };
  return better === 'higher'
    ? { unit: 'change', operator: '>', limit: 1 / (1 + effect) }
    : { unit: 'change', operator: '<', limit: 1 + effect };
};
