import type { Cell } from '../domain/cell.ts';
import { seededRandom, shuffled } from '../stats/random.ts';
import type { Scenario } from './schema.ts';

/** Where a measured block ends. */
export type BlockBound =
  { readonly by: 'duration'; readonly durationMs: number } | { readonly by: 'handshakes'; readonly handshakes: number };

/** One block to measure. Warm-up rounds have negative numbers and are thrown away. */
export interface PlannedBlock {
  readonly round: number;
  /** Position in its round. */
  readonly order: number;
  readonly cell: Cell;
  readonly bound: BlockBound;
}

const DEFAULT_ROUNDS = 5;
const DEFAULT_CELL_MS = 5000;

/** Warm-up fills caches and compiles code; this is enough of both, and no result depends on it. */
const WARMUP_BLOCK_MS = 200;

/** A block shorter than this measures the start of the block rather than the server. */
const LEAST_BLOCK_MS = 10;

export const roundsOf = (scenario: Scenario): number => scenario.plan.rounds ?? scenario.plan.pairs ?? DEFAULT_ROUNDS;

/**
 * Every block of a run in order. In each round every cell has one turn, in an order drawn anew from the seed, so that a drift of the
 * machine hits all cells alike: never all of one cell and then all of the next.
 */
export const planBlocks = (scenario: Scenario, cells: readonly Cell[], seed: number): PlannedBlock[] => {
  const random = seededRandom(seed);
  const rounds = roundsOf(scenario);
  const blocks: PlannedBlock[] = [];
  for (let round = -scenario.plan.warmup; round < rounds; round++) {
    for (const [order, cell] of shuffled(cells, random).entries()) {
      const bound = round < 0 ? warmupBound(scenario) : boundOf(scenario, rounds, round);
      if (bound.by === 'duration' || bound.handshakes > 0) blocks.push({ round, order, cell, bound });
    }
  }
  return blocks;
};

const boundOf = (scenario: Scenario, rounds: number, round: number): BlockBound => {
  const { duration, handshakes, handshakesPerBlock } = scenario.plan;
  if (handshakesPerBlock !== undefined) return { by: 'handshakes', handshakes: handshakesPerBlock };
  // The rounds share the handshakes exactly: the first ones take what does not divide.
  if (handshakes !== undefined) return { by: 'handshakes', handshakes: share(handshakes, rounds, round) };
  return { by: 'duration', durationMs: Math.max(LEAST_BLOCK_MS, (duration ?? DEFAULT_CELL_MS) / rounds) };
};

const warmupBound = (scenario: Scenario): BlockBound => {
  const bound = boundOf(scenario, roundsOf(scenario), 0);
  return bound.by === 'duration'
    ? { by: 'duration', durationMs: Math.min(bound.durationMs, WARMUP_BLOCK_MS) }
    : { by: 'handshakes', handshakes: Math.min(bound.handshakes, 200) };
};

/** The part of `total` that falls to number `index` of `parts`: the parts add up to the total. */
export const share = (total: number, parts: number, index: number): number =>
  Math.floor(total / parts) + (index < total % parts ? 1 : 0);
