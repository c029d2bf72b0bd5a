import type { Caveat } from '../../domain/caveat.ts';
import type { Gate, MetricReference } from '../../domain/gate.ts';
import { INVALID } from '../../domain/invalid-reason.ts';
import type { CellRecord, RunRecord } from '../../domain/run-record.ts';
import { metricNamed } from '../metrics/catalogue.ts';
import { spoiltBlocks, type Metric } from '../metrics/metric.ts';
import { divisorOf, rightCell } from './subjects.ts';
import { handshakesFor } from '../summary/block-values.ts';
import { BEYOND_FOR_LIMIT, BEYOND_FOR_RATIO, MOST_SPOILT } from '../judging-rules.ts';

/** Why a metric of a cell must not be judged; `undefined` where nothing is wrong. */
export const cellCaveat = (
  run: RunRecord,
  cell: CellRecord,
  { metric, beyond }: { readonly metric: Metric; readonly beyond: number },
): Caveat | undefined => {
  if (run.status !== 'complete') return { code: 'run-not-complete', status: run.status };
  const all = run.blocks.filter((block) => block.cell === cell.id);
  const blocks = all.filter(({ valid }) => valid);
  if (blocks.length === 0) return { code: 'nothing-measured' };
  const invalid = all.length - blocks.length;
  const isSilent = all.some(({ invalidReason }) => invalidReason === INVALID.nothingFinished);
  if (isSilent || invalid > MOST_SPOILT * all.length) return { code: 'invalid-blocks', invalid, of: all.length };
  if (metric.judgedBy === 'count') return undefined;
  if (metric.judgedBy === 'proportion')
    return blocks.some(({ handshakes }) => handshakes > 0) ? undefined : { code: 'nothing-measured' };
  const perBlock = Math.min(...blocks.map(({ honoured }) => honoured));
  if (!blocks.some(({ honoured }) => honoured > 0)) return { code: 'none-honoured' };
  const needed = handshakesFor(metric, beyond);
  if (perBlock < needed) return { code: 'few-handshakes', perBlock, needed };
  const saturated = spoiltBlocks(metric, blocks);
  return saturated > MOST_SPOILT * blocks.length ? { code: 'saturated', saturated, of: blocks.length } : undefined;
};

/** Why a change must not be judged from one of its sides: by its own cell, or by the one that it is divided by. */
export const changeCaveat = (
  run: RunRecord,
  gate: Extract<Gate, { kind: 'change' }>,
  { cell, beyond }: { readonly cell: CellRecord; readonly beyond: number },
): Caveat | undefined => {
  const own = cellCaveat(run, cell, { metric: metricNamed(gate.left.metric), beyond });
  if (own !== undefined || gate.per === undefined) return own;
  const divisor = rightCell(gate.per, cell, run.cells);
  return divisor === undefined ? { code: 'no-cell' } : cellCaveat(run, divisor, { metric: metricNamed(gate.per.metric), beyond });
};

/** How many handshakes a block must have for every metric that the gates name. */
export const handshakesNeeded = (gates: readonly Gate[]): number =>
  Math.max(
    0,
    ...gates.flatMap((gate) => {
      const needed = ({ metric: name }: MetricReference): number =>
        handshakesFor(metricNamed(name), gate.kind === 'limit' ? BEYOND_FOR_LIMIT : BEYOND_FOR_RATIO);
      const divisor = divisorOf(gate);
      return [needed(gate.left), ...(divisor === undefined ? [] : [needed(divisor)])];
    }),
  );
