import type { CellSummary } from '../summary/cell-summary.ts';

/** What a metric counts in; formatting by unit happens in `report/`. */
export type Unit = 'ns' | 's' | 'per-second' | 'share' | 'bytes' | 'count' | 'ratio';

/**
 * A number that a cell has. Table columns, CSV header, savings, gates and comparisons all come from this catalogue: a new metric is one
 * entry.
 */
export interface Metric {
  /** As gates and thresholds name it: `cpu.server`. */
  readonly id: string;
  /** As `summary.csv` names it. The order of these columns is a contract: append, never insert. */
  readonly column: string;
  /** As a table's head names it. */
  readonly label: string;
  readonly unit: Unit;
  readonly better: 'lower' | 'higher' | 'neither';
  /** One sentence on how to read it. */
  readonly reading: string;
  readonly value: (cell: CellSummary) => number | undefined;
}
