import type { EventRecord } from '../../domain/event-record.ts';
import { offersSession } from '../../domain/mode.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { sumOf } from '../../stats/descriptive.ts';
import { attemptsIn, isBelow, LEAST_ATTEMPTS, shareOf, stretchesOf, type Stretch } from './honoured-share.ts';
import { timelinesOf, type Interval, type Timeline } from './intervals.ts';

/** The return of the share of honoured handshakes to what it was before. Times are from the event. */
export type Recovery =
  /** It did not fall. */
  | { readonly state: 'unmoved' }
  | { readonly state: 'back'; readonly afterNs: number }
  /** Not before the next event, or the end of the window. */
  | { readonly state: 'not-back'; readonly withinNs: number }
  /** There were too few handshakes before the event, or after it. */
  | { readonly state: 'unknown' };

/** What the servers computed more while the share was lower. */
export interface CpuEffect {
  /** CPU time per time, before and until the share was back. */
  readonly coresBefore: number;
  readonly coresMeanwhile: number;
  /** CPU time above what it would have been as before; `undefined` where some of it is not known. */
  readonly extraNs: number | undefined;
}

/** What an event did to the resumption of one cell. */
export interface EventEffect {
  readonly timeline: Timeline;
  /** The events of one interval: nobody can tell their effects apart. */
  readonly events: readonly EventRecord[];
  /** From the start of the window until the first of them. */
  readonly atNs: number;
  /** Shares of the attempts that were honoured. */
  readonly shareBefore: number | undefined;
  readonly lowestShare: number | undefined;
  readonly recovery: Recovery;
  /** Full handshakes that clients had to make beyond those that they made before, until the share was back. */
  readonly extraFull: number;
  /** `undefined` where the share did not fall, or nothing is known of the CPU time. */
  readonly cpu: CpuEffect | undefined;
}

/** What each event of a run did to each cell of its state that offers sessions, and is known to have them honoured. */
export const eventEffects = (run: Pick<RunRecord, 'blocks' | 'cells' | 'events'>): EventEffect[] =>
  timelinesOf(run)
    .filter(({ cell, block }) => offersSession(cell.mode) && cell.expected !== 'declined' && block.valid)
    .flatMap(effectsIn);

const effectsIn = (timeline: Timeline): EventEffect[] => {
  const { intervals } = timeline;
  const moments = intervals.flatMap(({ events }, at) => (events.some(wasDone) ? [at] : []));
  const effects: EventEffect[] = [];
  let settled = 0;
  for (const [i, at] of moments.entries()) {
    const until = moments[i + 1] ?? intervals.length;
    const { effect, backAt } = effectOf(timeline, { settled, at, until });
    effects.push(effect);
    settled = backAt ?? at + 1;
  }
  return effects;
};

const wasDone = ({ failure }: EventRecord): boolean => failure === null;

/** Indices of intervals. */
interface Place {
  /** From here on the event before had no effect any more. */
  readonly settled: number;
  readonly at: number;
  /** That of the next event, or the number of intervals. */
  readonly until: number;
}

const effectOf = (timeline: Timeline, { settled, at, until }: Place): { effect: EventEffect; backAt: number | undefined } => {
  const { intervals } = timeline;
  const events = intervals[at]?.events.filter(wasDone) ?? [];
  const atNs = events[0]?.atNs ?? 0;
  const before = intervals.slice(settled, at);
  const after = intervals.slice(at, until);
  const stretches = stretchesOf(after);
  const known = attemptsIn(before);
  const isKnown = known.attempts >= LEAST_ATTEMPTS && stretches.length > 0;
  const lastBelow = isKnown ? stretches.findLastIndex((stretch) => isBelow(stretch, shareOf(known))) : -1;
  const back = stretches[lastBelow + 1];
  const backAt = back === undefined ? undefined : at + back.from;
  const meanwhile = lastBelow < 0 ? [] : intervals.slice(at, backAt ?? until);
  return {
    backAt,
    effect: {
      timeline,
      events,
      atNs,
      shareBefore: known.attempts >= LEAST_ATTEMPTS ? shareOf(known) : undefined,
      lowestShare: stretches.length > 0 ? Math.min(...stretches.map(shareOf)) : undefined,
      recovery: isKnown ? recoveryOf({ atNs, after, back, hasFallen: lastBelow >= 0 }) : { state: 'unknown' },
      extraFull: extraFull(before, meanwhile),
      cpu: cpuEffect(before, meanwhile),
    },
  };
};

interface Aftermath {
  readonly atNs: number;
  readonly after: readonly Interval[];
  readonly back: Stretch | undefined;
  readonly hasFallen: boolean;
}

const recoveryOf = ({ atNs, after, back, hasFallen }: Aftermath): Recovery => {
  if (!hasFallen) return { state: 'unmoved' };
  if (back === undefined) return { state: 'not-back', withinNs: Math.max(0, (after.at(-1)?.endNs ?? 0) - atNs) };
  return { state: 'back', afterNs: Math.max(0, (after[back.from]?.startNs ?? 0) - atNs) };
};

const extraFull = (before: readonly Interval[], meanwhile: readonly Interval[]): number => {
  const finished = (intervals: readonly Interval[]): number => sumOf(intervals, ({ counts }) => counts.handshakes);
  if (meanwhile.length === 0 || finished(before) === 0) return 0;
  const expected = (attemptsIn(before).honoured / finished(before)) * finished(meanwhile);
  return Math.max(0, Math.round(expected - attemptsIn(meanwhile).honoured));
};

const cpuEffect = (before: readonly Interval[], meanwhile: readonly Interval[]): CpuEffect | undefined => {
  const [coresBefore, coresMeanwhile] = [coresOf(before), coresOf(meanwhile)];
  if (coresBefore === undefined || coresMeanwhile === undefined) return undefined;
  const isWhole = meanwhile.every(({ cpuServerNs }) => cpuServerNs !== undefined);
  const extraNs = sumOf(meanwhile, ({ startNs, endNs, cpuServerNs = 0 }) => cpuServerNs - coresBefore * (endNs - startNs));
  return { coresBefore, coresMeanwhile, extraNs: isWhole ? extraNs : undefined };
};

/** CPU time per time, of the intervals of which it is known. */
const coresOf = (intervals: readonly Interval[]): number | undefined => {
  const known = intervals.filter(({ cpuServerNs }) => cpuServerNs !== undefined);
  const ns = sumOf(known, ({ startNs, endNs }) => endNs - startNs);
  return ns > 0 ? sumOf(known, ({ cpuServerNs = 0 }) => cpuServerNs) / ns : undefined;
};
