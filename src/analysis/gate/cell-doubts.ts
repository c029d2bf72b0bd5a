import type { Gate, GateDoubt, MetricReference } from '../../domain/gate.ts';
import type { CellRecord, RunRecord } from '../../domain/run-record.ts';
import { INVALID } from '../../domain/invalid-reason.ts';
import { metric, type MetricId } from '../metrics/catalogue.ts';

/** More invalid blocks than this, and what is left is a selection; more saturated ones, and the generator itself is in the number. */
const MOST_SPOILT = 0.2;

/** Handshakes that must lie beyond a quantile: for a ratio it must be a property of the block and not of a single slow one. */
export const BEYOND_FOR_RATIO = 20;

/** Against an absolute limit a block's quantile may be rougher: with ten beyond it errs to either side about equally often. */
export const BEYOND_FOR_LIMIT = 10;

/** What lies beyond the quantile that a metric is; infinite for one that is none. */
const shareBeyond = (id: MetricId): number => {
  const [, digits] = /(?:^|\.)p(\d+)$/u.exec(id) ?? [];
  return digits === undefined ? Number.POSITIVE_INFINITY : 1 - Number(`0.${digits}`);
};

/** Why a metric of a cell must not be judged; `undefined` where nothing is wrong. */
export const cellDoubt = (
  run: RunRecord,
  cell: CellRecord,
  { id, beyond }: { readonly id: MetricId; readonly beyond: number },
): GateDoubt | undefined => {
  if (run.status !== 'complete') return { code: 'run-not-complete', status: run.status };
  const all = run.blocks.filter((block) => block.cell === cell.id);
  const blocks = all.filter(({ valid }) => valid);
  if (blocks.length === 0) return { code: 'nothing-measured' };
  const invalid = all.length - blocks.length;
  const isSilent = all.some(({ invalidReason }) => invalidReason === INVALID.nothingFinished);
  if (isSilent || invalid > MOST_SPOILT * all.length) return { code: 'invalid-blocks', invalid, of: all.length };
  if (countsHandshakes(id))
    return blocks.some(({ handshakes }) => handshakes > 0) || id !== 'resumed' ? undefined : { code: 'nothing-measured' };
  const perBlock = Math.min(...blocks.map(({ honoured }) => honoured));
  if (!blocks.some(({ honoured }) => honoured > 0)) return { code: 'none-honoured' };
  const needed = neededFor(id, beyond);
  if (perBlock < needed) return { code: 'few-handshakes', perBlock, needed };
  const saturated = blocks.filter((block) => block.saturated).length;
  return dependsOnLoad(id) && saturated > MOST_SPOILT * blocks.length ? { code: 'saturated' } : undefined;
};

/** How many handshakes a block must have for every metric that the gates name. */
export const handshakesNeeded = (gates: readonly Gate[]): number =>
  Math.max(
    0,
    ...gates.flatMap((gate) => {
      const needed = ({ metric: id }: MetricReference): number =>
        neededFor(id, gate.kind === 'limit' ? BEYOND_FOR_LIMIT : BEYOND_FOR_RATIO);
      return gate.kind === 'ratio' ? [needed(gate.left), needed(gate.right)] : [needed(gate.left)];
    }),
  );

const neededFor = (id: MetricId, beyond: number): number => Math.ceil(beyond / shareBeyond(id) - 1e-9);

const countsHandshakes = (id: MetricId): boolean => ['share', 'count'].includes(metric(id).unit);

/** Latency and rate hold the generator's own queue; CPU and bytes per handshake do not. */
const dependsOnLoad = (id: MetricId): boolean =>
  metric(id).unit === 'per-second' || (metric(id).unit === 'ns' && !id.startsWith('cpu.'));
