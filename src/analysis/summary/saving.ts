import type { Mode } from '../../domain/mode.ts';
import type { Protocol } from '../../domain/protocol.ts';
import { metric, type MetricId } from '../metrics/catalogue.ts';
import type { CellSummary } from './cell-summary.ts';

/** What a resumption mode saves against the full handshake of the same state and protocol. */
export interface Saving {
  readonly state: string;
  readonly protocol: Protocol;
  readonly mode: Mode;
  /** metric(mode) / metric(full) - 1 as a fraction: -0.63 is 63% less. Absent where either is unknown. */
  readonly change: Partial<Readonly<Record<MetricId, number>>>;
}

/** The metrics that a saving is told in: what a user waits for, and what a server pays. */
export const SAVING_METRICS = ['p50', 'p90', 'cpu.server', 'cpu.client', 'bytes.in'] as const satisfies readonly MetricId[];

/** The savings of every resumption mode that was honoured at all and has a full handshake beside it. */
export const savings = (cells: readonly CellSummary[]): Saving[] =>
  cells
    .filter((cell) => cell.mode !== 'full' && cell.honoured > 0)
    .flatMap((cell) => {
      const full = cells.find((other) => other.mode === 'full' && other.state === cell.state && other.protocol === cell.protocol);
      return full === undefined || full.honoured === 0
        ? []
        : [{ state: cell.state, protocol: cell.protocol, mode: cell.mode, change: changes(full, cell) }];
    });

const changes = (full: CellSummary, cell: CellSummary): Saving['change'] => {
  const change: Partial<Record<MetricId, number>> = {};
  for (const id of SAVING_METRICS) {
    const before = metric(id).value(full);
    const after = metric(id).value(cell);
    if (before !== undefined && after !== undefined && before > 0) change[id] = after / before - 1;
  }
  return change;
};
