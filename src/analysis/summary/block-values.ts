import type { Caveat } from '../../domain/caveat.ts';
import { judgedValue, type Metric } from '../metrics/metric.ts';
import type { Quantile } from '../metrics/timing.ts';
import type { BlockSummary } from './run-summary.ts';
import { BEYOND_FOR_RATIO, MOST_SPOILT } from '../judging-rules.ts';

/** A metric's value in each block of a cell, by round. A block in which it is unknown has no entry. */
export interface BlockValues {
  readonly byRound: ReadonlyMap<number, number>;
  /** Why blocks are missing or what they have is not to be judged; null when nothing is wrong. */
  readonly caveat: Caveat | null;
}

/** Returns the value by which a metric is judged, in every block. */
export const blockValues = (blocks: readonly BlockSummary[], metric: Metric): BlockValues => {
  const byRound = new Map<number, number>();
  for (const { block, summary } of blocks) {
    const value = judgedValue(metric, summary);
    if (value !== undefined && value > 0) byRound.set(block.round, value);
  }
  return { byRound, caveat: caveatOf(blocks, byRound, metric) };
};

/** Returns the caveat of a metric without a value. */
export const unmeasured = ({ quantile }: Metric): Caveat => {
  const needs = quantile && NEEDS[quantile.of];
  return needs === undefined ? { code: 'unknown-metric' } : { code: 'unknown-metric', needs };
};

const NEEDS: Readonly<Partial<Record<Quantile['of'], 'schedule' | 'request'>>> = {
  response: 'schedule',
  service: 'schedule',
  'start-delay': 'schedule',
  'first-byte': 'request',
  'first-byte-after-handshake': 'request',
};

/** Values of the same round of two cells, in the order of the first. */
export interface RoundPair {
  readonly round: number;
  readonly first: number;
  readonly second: number;
}

/** Pairs the values of two cells by round. Of two quantiles that both lie among failed connections neither is the slower one. */
export const pairByRound = (first: ReadonlyMap<number, number>, second: ReadonlyMap<number, number>): RoundPair[] =>
  [...first].flatMap(([round, value]) => {
    const other = second.get(round);
    const isPair = other !== undefined && (Number.isFinite(value) || Number.isFinite(other));
    return isPair ? [{ round, first: value, second: other }] : [];
  });

/** Returns how many handshakes a block must have for so many to lie beyond a quantile: none for what is no quantile, or an extreme. */
export const handshakesFor = ({ quantile }: Metric, beyond: number): number => {
  const p = quantile?.p ?? 0;
  return p === 0 || p === 1 ? 0 : Math.ceil(beyond / (1 - p) - 1e-9);
};

/**
 * The caveat of blocks with too few handshakes for a quantile. Single ones, such as those in which a server was restarted, stay
 * among the values and keep nothing from being judged.
 */
export const fewHandshakes = (honoured: readonly number[], needed: number): Caveat | undefined => {
  const short = honoured.filter((count) => count < needed);
  return short.length > MOST_SPOILT * honoured.length
    ? { code: 'few-handshakes', perBlock: Math.min(...short), needed }
    : undefined;
};

const caveatOf = (blocks: readonly BlockSummary[], values: ReadonlyMap<number, number>, metric: Metric): Caveat | null => {
  if (blocks.length === 0) return { code: 'nothing-measured' };
  if (blocks.every(({ summary }) => summary.honoured === 0)) return { code: 'none-honoured' };
  if (values.size === 0) return unmeasured(metric);
  const honoured = blocks.map(({ summary }) => summary.honoured);
  return fewHandshakes(honoured, handshakesFor(metric, BEYOND_FOR_RATIO)) ?? null;
};
