import type { BlockRecord } from '../../domain/run-record.ts';
import type { CellSummary } from '../summary/cell-summary.ts';
import { judgedQuantileOf, type Quantile } from './timing.ts';

/** Units of metrics; formatting by unit happens in `report/`. */
export type Unit = 'ns' | 's' | 'per-second' | 'share' | 'bytes' | 'count' | 'ratio';

/**
 * A number that a cell has. Table columns, CSV header, savings, gates and comparisons all come from this catalogue: a new metric
 * is one entry.
 */
export interface Metric<Id extends string = string> {
  /** As gates and thresholds name it: `cpu.server`. */
  readonly id: Id;
  /** As `summary.csv` names it. The order of these columns is a contract: append, never insert. */
  readonly column: string;
  /** As a table's head names it. */
  readonly label: string;
  readonly unit: Unit;
  readonly better: 'lower' | 'higher' | 'neither';
  /** One sentence on how to read it. */
  readonly reading: string;
  readonly value: (cell: CellSummary) => number | undefined;
  /** The quantile that it is; absent where it is none. */
  readonly quantile?: Quantile;
  /**
   * When the generator's own queue enters it, so that a saturated generator spoils it: `never`, `always`, or where the latency is
   * not by the kernel's clock. CPU and bytes per handshake stay true.
   */
  readonly holdsQueue: 'never' | 'by-user-clock' | 'always';
  /** Evidence that a gate rests on: the value of each block, the proportion of proven handshakes, or a plain count. */
  readonly judgedBy: 'blocks' | 'proportion' | 'count';
  /** A change below this, in the metric's unit, is none, whatever its percentage. */
  readonly leastChange: number;
  /**
   * Its part in a comparison, where it has one: `primary` metrics make the verdict and share the promised rate of false alarms,
   * `secondary` ones are shown beside them.
   */
  readonly comparison?: 'primary' | 'secondary';
}

/** Returns how many of the blocks have the generator's own queue in a metric. */
export const spoiltBlocks = ({ holdsQueue }: Metric, blocks: readonly BlockRecord[]): number =>
  holdsQueue === 'never'
    ? 0
    : blocks.filter(({ saturated, clock }) => saturated && (holdsQueue === 'always' || clock !== 'kernel')).length;

/** Tells whether another machine changes a metric: times and rates, but neither shares nor bytes nor counts. */
export const isOfMachine = ({ unit }: Metric): boolean => unit === 'ns' || unit === 'per-second';

/** Returns the value by which a metric is judged, which differs from the one shown where connections failed. */
export const judgedValue = ({ quantile, value }: Metric, cell: CellSummary): number | undefined =>
  quantile === undefined ? value(cell) : judgedQuantileOf(cell, quantile);
