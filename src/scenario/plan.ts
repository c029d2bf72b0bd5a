import { cellId, type Cell } from '../domain/cell.ts';
import type { Interleave } from '../domain/interleave.ts';
import { seededRandom, shuffled } from '../stats/random.ts';
import { expectedUntil, rateAt, timeOfExpected, type RateProfile } from './arrivals.ts';
import type { Expansion, Stream } from './expand.ts';
import { expectation } from './expectation.ts';
import type { Scenario } from './schema.ts';

/** The end of a measured block. */
export type BlockBound =
  { readonly by: 'duration'; readonly durationMs: number } | { readonly by: 'handshakes'; readonly handshakes: number };

/**
 * One window to measure: one block of each of its cells. Warm-up rounds have negative numbers and
 * are discarded.
 */
export interface PlannedWindow {
  readonly round: number;
  /** In its round. */
  readonly position: number;
  readonly streams: readonly Stream[];
  readonly bound: BlockBound;
  /** The rate over the window; `undefined` where starts wait for ends. */
  readonly profile: RateProfile | undefined;
}

const DEFAULT_ROUNDS = 5;
const DEFAULT_CELL_MS = 5000;

/** Warm-up fills caches and compiles code; at full speed this is enough of both. */
const WARMUP_BLOCK_MS = 200;

/**
 * At a given rate it takes longer: V8 compiles functions after some thousand calls, and until then
 * starts are late by more than a wake-up. A warm-up is never faster than the requested load.
 */
const OPEN_WARMUP_BLOCK_MS = 5000;

/** A block shorter than this measures the start of the block rather than the server. */
const LEAST_BLOCK_MS = 10;

export const roundsOf = (scenario: Scenario): number => {
  const { plan, load, events } = scenario;
  const isWhole = isWholeEvent(load) || events.length > 0;
  return plan.rounds ?? plan.pairs ?? plan.looks?.at(-1) ?? (isWhole ? 1 : DEFAULT_ROUNDS);
};

/** A storm or a ramp is one event, which cannot be split into rounds. */
const isWholeEvent = (load: Scenario['load']): boolean => load.model === 'storm' || typeof load.rate === 'object';

/**
 * Decides how the states of a run share the time: as the scenario says, or else handshake by
 * handshake, so that both see every state of the machine, which is what a comparison needs. By
 * whole windows where the engine cannot attribute CPU time, where the load is one event, and where
 * several are in flight and one state resumes while another is known to decline: its expensive full
 * handshakes would take up nearly all that is in flight, and the resumed ones would have an idle
 * server to themselves.
 */
export const interleaveOf = (scenario: Scenario, cells: readonly Cell[], tellsTurns: boolean): Interleave => {
  // What happens to one state in the middle of a window must not disturb another.
  if (Object.keys(scenario.states).length === 1 || scenario.events.length > 0) return 'block';
  const { model, concurrency } = scenario.load;
  const isFair = concurrency === 1 || !hasDeclining(scenario, cells);
  return scenario.plan.interleave ?? (tellsTurns && model === 'closed' && isFair ? 'handshake' : 'block');
};

const hasDeclining = (scenario: Scenario, cells: readonly Cell[]): boolean =>
  cells.some((cell) => expectation(scenario, cell) !== 'honoured');

/**
 * Plans every window of a run. In each round every cell has one turn, in a new random order, so
 * that a drift of the machine hits all cells alike: never all of one cell and then all of the next.
 * Interleaved by handshake, the states of a scenario share their windows.
 */
export const planWindows = (
  scenario: Scenario,
  { groups }: Expansion,
  { seed, interleave }: { readonly seed: number; readonly interleave: Interleave },
): PlannedWindow[] => {
  const random = seededRandom(seed);
  const rounds = roundsOf(scenario);
  const profile = profileOf(scenario);
  const groupsOfRound = interleave === 'handshake' ? sharedByStates(groups) : groups;
  const windows: PlannedWindow[] = [];
  for (let round = -scenario.plan.warmup; round < rounds; round++) {
    for (const [position, streams] of shuffled(groupsOfRound, random).entries()) {
      const bound = ofAllStreams(round < 0 ? warmupBound(scenario) : boundOf(scenario, rounds, round), streams);
      if (bound.by === 'duration' || bound.handshakes > 0) windows.push({ round, position, streams, bound, profile });
    }
  }
  return windows;
};

/** The profile of a scheduled load, per window. */
const profileOf = ({ load }: Scenario): RateProfile | undefined => {
  if (load.model === 'storm') return { shape: 'constant', perSecond: ((load.clients ?? 0) * 1000) / (load.over ?? 1) };
  if (load.rate === undefined) return undefined;
  if (typeof load.rate === 'number') return { shape: 'constant', perSecond: load.rate };
  const { from, to, over, steps = 0 } = load.rate;
  return { shape: 'ramp', fromPerSecond: from, toPerSecond: to, overMs: over, steps };
};

/** The planned length of a window in ms, `undefined` where it depends on the server's speed. */
export const plannedMs = ({ bound, profile }: Pick<PlannedWindow, 'bound' | 'profile'>): number | undefined => {
  if (bound.by === 'duration') return bound.durationMs;
  return profile === undefined ? undefined : timeOfExpected(profile, bound.handshakes) * 1000;
};

/** The planned length of each window of one state in ms, `undefined` where it depends on the server's speed. */
export const windowMs = (scenario: Scenario): number | undefined =>
  plannedMs({ bound: boundOf(scenario, roundsOf(scenario), 0), profile: profileOf(scenario) });

/**
 * The rate of a schedule at a time after the start of a window, and how many starts have fallen
 * due.
 */
export const dueNow = (
  profile: RateProfile,
  bound: BlockBound,
  elapsedMs: number,
): { readonly perSecond: number; readonly due: number } => {
  const seconds = (bound.by === 'duration' ? Math.min(elapsedMs, bound.durationMs) : elapsedMs) / 1000;
  const due = expectedUntil(profile, seconds);
  return { perSecond: rateAt(profile, seconds), due: bound.by === 'handshakes' ? Math.min(due, bound.handshakes) : due };
};

/** Groups cells that differ only in their state into one window. */
const sharedByStates = (groups: Expansion['groups']): Stream[][] => {
  const windows = new Map<string, Stream[]>();
  for (const group of groups) {
    const key = group.map(({ cell }) => cellId({ ...cell, state: '' })).join(' ');
    windows.set(key, [...(windows.get(key) ?? []), ...group]);
  }
  return [...windows.values()];
};

/**
 * The bound of a window with several cells: the handshakes of every state, and as many of a mix as
 * of a cell.
 */
const ofAllStreams = (bound: BlockBound, streams: readonly Stream[]): BlockBound => {
  const states = new Set(streams.map(({ cell }: { readonly cell: Cell }) => cell.state)).size;
  return bound.by === 'handshakes'
    ? { by: 'handshakes', handshakes: bound.handshakes * states }
    : { by: 'duration', durationMs: bound.durationMs * states };
};

const boundOf = (scenario: Scenario, rounds: number, round: number): BlockBound => {
  const { duration, handshakes, handshakesPerBlock } = scenario.plan;
  const { load } = scenario;
  if (load.model === 'storm') return { by: 'handshakes', handshakes: load.clients ?? 0 };
  if (handshakesPerBlock !== undefined) return { by: 'handshakes', handshakes: handshakesPerBlock };
  // The rounds share the handshakes exactly: the first ones take the remainder.
  if (handshakes !== undefined) return { by: 'handshakes', handshakes: share(handshakes, rounds, round) };
  if (typeof load.rate === 'object') return { by: 'duration', durationMs: load.rate.over };
  return { by: 'duration', durationMs: Math.max(LEAST_BLOCK_MS, (duration ?? DEFAULT_CELL_MS) / rounds) };
};

const warmupBound = (scenario: Scenario): BlockBound => {
  const bound = boundOf(scenario, roundsOf(scenario), 0);
  return bound.by === 'duration'
    ? { by: 'duration', durationMs: Math.min(bound.durationMs, warmupBlockMs(scenario)) }
    : { by: 'handshakes', handshakes: Math.min(bound.handshakes, 200) };
};

const warmupBlockMs = ({ load }: Scenario): number =>
  load.model === 'open' && !isWholeEvent(load) ? OPEN_WARMUP_BLOCK_MS : WARMUP_BLOCK_MS;

/** The part of `total` that falls to number `index` of `parts`: the parts add up to the total. */
export const share = (total: number, parts: number, index: number): number =>
  Math.floor(total / parts) + (index < total % parts ? 1 : 0);
