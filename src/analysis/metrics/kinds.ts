import type { Metric } from './metric.ts';
import { quantileOf, type Quantile } from './timing.ts';
import { CPU_FLOOR_NS, LATENCY_FLOOR_NS } from '../judging-rules.ts';

/** A metric without what its kind says of it. */
type Described<Id extends string> = Pick<Metric<Id>, 'id' | 'column' | 'label' | 'reading' | 'value'> &
  Pick<Partial<Metric<Id>>, 'better' | 'comparison' | 'holdsQueue'>;

type DescribedQuantile<Id extends string> = Omit<Described<Id>, 'column' | 'value'> & { readonly quantile: Quantile };

/** A time that the generator's own queue enters unless the kernel tells when what ended it arrived. */
export const time = <const Id extends string>(entry: Described<Id>): Metric<Id> => ({
  unit: 'ns',
  better: 'lower',
  holdsQueue: 'by-user-clock',
  judgedBy: 'blocks',
  leastChange: LATENCY_FLOOR_NS,
  ...entry,
});

/** A quantile of a time: its value and its column follow from it. */
export const quantile = <const Id extends string>(entry: DescribedQuantile<Id>): Metric<Id> => ({
  ...time({
    column: `${entry.id.replace(/\W/gu, '_')}_ns`,
    value: (cell) => quantileOf(cell, entry.quantile),
    ...entry,
  }),
  quantile: entry.quantile,
});

/** CPU time per handshake. */
export const cpu = <const Id extends string>(entry: Described<Id>): Metric<Id> => ({
  unit: 'ns',
  better: 'lower',
  holdsQueue: 'never',
  judgedBy: 'blocks',
  leastChange: CPU_FLOOR_NS,
  ...entry,
});

/** Handshakes per second. */
export const rate = <const Id extends string>(entry: Described<Id>): Metric<Id> => ({
  unit: 'per-second',
  better: 'higher',
  holdsQueue: 'always',
  judgedBy: 'blocks',
  leastChange: 0,
  ...entry,
});

/** A whole number of things that happened. */
export const count = <const Id extends string>(entry: Described<Id>): Metric<Id> => ({
  unit: 'count',
  better: 'neither',
  holdsQueue: 'never',
  judgedBy: 'count',
  leastChange: 0,
  ...entry,
});

/** A quantity that no load enters, by its unit: sizes, lifetimes, ratios and shares of what was asked for. */
export const quantity = <const Id extends string>(entry: Described<Id> & Pick<Metric, 'unit'>): Metric<Id> => ({
  better: 'neither',
  holdsQueue: 'never',
  judgedBy: 'blocks',
  leastChange: 0,
  ...entry,
});
