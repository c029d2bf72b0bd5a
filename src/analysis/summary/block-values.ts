import type { CellRecord, RunRecord } from '../../domain/run-record.ts';
import { metric, type MetricId } from '../metrics/catalogue.ts';
import { summarizeBlocks, type CellSummary } from './cell-summary.ts';

/** Fractions that the quantile metrics stand for. */
const QUANTILES: Partial<Readonly<Record<MetricId, number>>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 };

/** Handshakes that must lie beyond a quantile for it to be a property of the block and not of a single slow one. */
const LEAST_BEYOND = 20;

/** A valid block by itself. */
export interface BlockSummary {
  readonly round: number;
  readonly summary: CellSummary;
}

/** What a metric was in each block of a cell, by round. A block that cannot tell it has no entry. */
export interface BlockValues {
  readonly byRound: ReadonlyMap<number, number>;
  /** Why blocks are missing or what they have is not to be judged; empty when nothing is wrong. */
  readonly flaw: string;
}

/** Every valid block of a cell. */
export const blockSummaries = (run: RunRecord, cell: CellRecord): BlockSummary[] =>
  run.blocks
    .filter((block) => block.cell === cell.id && block.valid)
    .map((block) => ({ round: block.round, summary: summarizeBlocks(run, cell, [block]) }));

/** A metric's value in every block. */
export const blockValues = (blocks: readonly BlockSummary[], id: MetricId): BlockValues => {
  const byRound = new Map<number, number>();
  for (const { round, summary } of blocks) {
    const value = blockValue(summary, id);
    if (value !== undefined && value > 0) byRound.set(round, value);
  }
  return { byRound, flaw: flawOf(blocks, byRound, id) };
};

const blockValue = (summary: CellSummary, id: MetricId): number | undefined => {
  const quantile = QUANTILES[id];
  if (quantile === undefined) return metric(id).value(summary);
  // A connection that failed is slower than any that did not: a side must not win because its slow ones timed out.
  const shifted = summary.honoured === 0 ? 2 : (quantile * (summary.honoured + summary.errors)) / summary.honoured;
  return shifted > 1 ? undefined : summary.handshakeNs.quantileNs(shifted);
};

const flawOf = (blocks: readonly BlockSummary[], values: ReadonlyMap<number, number>, id: MetricId): string => {
  if (blocks.length === 0) return 'nothing was measured';
  if (blocks.every(({ summary }) => summary.honoured === 0)) return 'no handshake was honoured';
  if (values.size === 0) return `${id} could not be measured`;
  const quantile = QUANTILES[id];
  if (quantile === undefined) return '';
  const perBlock = Math.min(...blocks.map(({ summary }) => summary.honoured));
  const needed = Math.ceil(LEAST_BEYOND / (1 - quantile) - 1e-9);
  return perBlock < needed ? `${id} needs ${String(needed)} handshakes per block, and the smallest had ${String(perBlock)}` : '';
};
