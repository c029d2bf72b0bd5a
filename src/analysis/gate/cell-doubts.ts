import type { Gate, GateDoubt, MetricReference } from '../../domain/gate.ts';
import type { CellRecord, RunRecord } from '../../domain/run-record.ts';
import { metricNamed } from '../metrics/catalogue.ts';
import type { Metric } from '../metrics/metric.ts';
import { handshakesFor } from '../summary/block-values.ts';

/** More invalid blocks than this, and what is left is a selection; more saturated ones, and the generator itself is in the number. */
const MOST_SPOILT = 0.2;

/** Handshakes that must lie beyond a quantile: for a ratio it must be a property of the block and not of a single slow one. */
export const BEYOND_FOR_RATIO = 20;

/** Against an absolute limit a block's quantile may be rougher: with ten beyond it errs to either side about equally often. */
export const BEYOND_FOR_LIMIT = 10;

/** Why a metric of a cell must not be judged; `undefined` where nothing is wrong. */
export const cellDoubt = (
  run: RunRecord,
  cell: CellRecord,
  { metric, beyond }: { readonly metric: Metric; readonly beyond: number },
): GateDoubt | undefined => {
  if (run.status !== 'complete') return { code: 'run-not-complete', status: run.status };
  const all = run.blocks.filter((block) => block.cell === cell.id);
  const blocks = all.filter(({ valid }) => valid);
  if (blocks.length === 0) return { code: 'nothing-measured' };
  const invalid = all.length - blocks.length;
  if (invalid > MOST_SPOILT * all.length) return { code: 'invalid-blocks', invalid, of: all.length };
  if (metric.judgedBy === 'count') return undefined;
  if (metric.judgedBy === 'proportion')
    return blocks.some(({ handshakes }) => handshakes > 0) ? undefined : { code: 'nothing-measured' };
  const perBlock = Math.min(...blocks.map(({ honoured }) => honoured));
  if (!blocks.some(({ honoured }) => honoured > 0)) return { code: 'none-honoured' };
  const needed = handshakesFor(metric, beyond);
  if (perBlock < needed) return { code: 'few-handshakes', perBlock, needed };
  const saturated = blocks.filter((block) => block.saturated).length;
  return metric.holdsQueue && saturated > MOST_SPOILT * blocks.length ? { code: 'saturated' } : undefined;
};

/** How many handshakes a block must have for every metric that the gates name. */
export const handshakesNeeded = (gates: readonly Gate[]): number =>
  Math.max(
    0,
    ...gates.flatMap((gate) => {
      const needed = ({ metric: name }: MetricReference): number =>
        handshakesFor(metricNamed(name), gate.kind === 'limit' ? BEYOND_FOR_LIMIT : BEYOND_FOR_RATIO);
      return gate.kind === 'ratio' ? [needed(gate.left), needed(gate.right)] : [needed(gate.left)];
    }),
  );
