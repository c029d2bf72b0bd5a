import type { Caveat } from '../../domain/caveat.ts';
import type { Gate, MetricReference } from '../../domain/gate.ts';
import { INVALID } from '../../domain/invalid-reason.ts';
import type { BlockRecord, CellRecord, RunRecord } from '../../domain/run-record.ts';
import { metricNamed } from '../metrics/catalogue.ts';
import { spoiltBlocks, type Metric } from '../metrics/metric.ts';
import { divisorOf, rightCell } from './subjects.ts';
import { fewHandshakes, handshakesFor } from '../summary/block-values.ts';
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
  if (isSilent(metric, all) || invalid > MOST_SPOILT * all.length) return { code: 'invalid-blocks', invalid, of: all.length };
  if (metric.judgedBy === 'count') return undefined;
  if (metric.judgedBy === 'proportion')
    return blocks.some(({ handshakes }) => handshakes > 0) ? undefined : { code: 'nothing-measured' };
  const honoured = blocks.map((block) => block.honoured);
  if (honoured.every((count) => count === 0)) return { code: 'none-honoured' };
  const few = fewHandshakes(honoured, handshakesFor(metric, beyond));
  if (few !== undefined) return few;
  const saturated = spoiltBlocks(metric, blocks);
  return saturated > MOST_SPOILT * blocks.length ? { code: 'saturated', saturated, of: blocks.length } : undefined;
};

/**
 * Tells whether the target was silent when it mattered. Silence within a run is a restart, which other blocks make up for; at the end of
 * it, it may be for good. A count lacks what failed in an invalid block, whenever that was.
 */
const isSilent = ({ judgedBy }: Metric, blocks: readonly BlockRecord[]): boolean =>
  (judgedBy === 'count' ? blocks : blocks.slice(-1)).some(({ invalidReason }) => invalidReason === INVALID.nothingFinished);

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
