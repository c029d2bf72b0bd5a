import { describe, expect, it } from 'vitest';
import type { WindowBound } from '../../../src/load/protocol/messages.ts';
import { ClosedPace, SchedulePace } from '../../../src/load/worker/pace.ts';
import { Arrivals } from '../../../src/scenario/arrivals.ts';
import { seededRandom } from '../../../src/stats/random.ts';

const START_NS = 7e9;

const schedule = (bound: WindowBound, { perSecond = 100, mostInFlight = 10, graceNs = 1e9 } = {}): SchedulePace =>
  new SchedulePace({
    arrivals: new Arrivals({
      profile: { shape: 'constant', perSecond },
      pattern: 'constant',
      random: seededRandom(1),
      parts: 1,
      index: 0,
    }),
    startNs: START_NS,
    bound,
    mostInFlight,
    graceNs,
  });

const untilMs = (ms: number): WindowBound => ({ by: 'time', durationNs: ms * 1e6 });

/** Takes all that is due at a time. @returns the intended starts, in ms after the beginning. */
const takeAll = (pace: SchedulePace, ms: number, inFlight = 0): number[] => {
  const taken: number[] = [];
  for (let more = true; more;) {
    const intendedNs = pace.take(START_NS + ms * 1e6, inFlight + taken.length);
    if (intendedNs === undefined) more = false;
    else taken.push((intendedNs - START_NS) / 1e6);
  }
  return taken;
};

describe('closed load', () => {
  it('keeps the number in flight, and ends with its time or its count', () => {
    const timed = new ClosedPace({ concurrency: 2, bound: { by: 'time', durationNs: 100 }, startNs: 0 });
    expect([timed.take(1, 0), timed.take(2, 1), timed.take(3, 2), timed.take(100, 0)]).toEqual([1, 2, undefined, undefined]);
    const counted = new ClosedPace({ concurrency: 9, bound: { by: 'count', attempts: 1 }, startNs: 0 });
    expect([counted.take(1, 0), counted.take(1, 0)]).toEqual([1, undefined]);
    expect(counted.dueNs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('owes nothing at its end, and starts nothing after it', () => {
    const pace = new ClosedPace({ concurrency: 2, bound: { by: 'count', attempts: 5 }, startNs: 0 });
    expect(pace.end()).toBe(0);
    expect(pace.take(1, 0)).toBeUndefined();
  });
});

describe('a schedule', () => {
  it('gives nothing before it is due, and what is late with the start that was intended', () => {
    const pace = schedule(untilMs(1000));
    expect(pace.take(START_NS - 1, 0)).toBeUndefined();
    expect(pace.dueNs(0)).toBe(START_NS);
    expect(takeAll(pace, 35)).toEqual([0, 10, 20, 30]);
    expect(pace.dueNs(0)).toBe(START_NS + 40e6);
  });

  it('does not wait for any that is in flight', () => {
    const pace = schedule(untilMs(1000));
    expect(takeAll(pace, 0, 0)).toEqual([0]);
    expect(takeAll(pace, 10, 9)).toEqual([10]);
  });

  it('has as many starts as the bound says, by time and by count', () => {
    expect(takeAll(schedule(untilMs(50), { mostInFlight: 99 }), 900)).toEqual([0, 10, 20, 30, 40]);
    expect(takeAll(schedule({ by: 'count', attempts: 3 }), 900)).toEqual([0, 10, 20]);
    const over = schedule({ by: 'count', attempts: 1 });
    takeAll(over, 0);
    expect(over.dueNs(0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('tells which starts waited for a connection to end, and which the generator was late for', () => {
    const pace = schedule(untilMs(1000), { mostInFlight: 2 });
    const connectionLimited = (ms: number, inFlight: number): boolean => {
      pace.take(START_NS + ms * 1e6, inFlight);
      return pace.wasConnectionLimited;
    };
    expect(connectionLimited(0, 0)).toBe(false);
    expect(connectionLimited(12, 1)).toBe(false);
    // Due at 20 and at 30, and no place is free until 35.
    expect(pace.take(START_NS + 20e6, 2)).toBeUndefined();
    expect(pace.dueNs(2)).toBe(Number.POSITIVE_INFINITY);
    expect(connectionLimited(35, 1)).toBe(true);
    expect(connectionLimited(35, 1)).toBe(true);
    expect(connectionLimited(40, 1)).toBe(false);
  });

  it('catches up after its end, gives up when the grace is over, and counts what it then owes', () => {
    const pace = schedule(untilMs(100), { graceNs: 50e6, mostInFlight: 3 });
    expect(takeAll(pace, 120)).toEqual([0, 10, 20]);
    expect(takeAll(pace, 151)).toEqual([]);
    expect(pace.dueNs(0)).toBe(Number.POSITIVE_INFINITY);
    expect(pace.end(START_NS + 200e6)).toBe(7);
    expect(pace.end(START_NS + 300e6)).toBe(0);
  });

  it('owes no more than had fallen due when it is ended early', () => {
    const pace = schedule(untilMs(1000));
    expect(takeAll(pace, 5)).toEqual([0]);
    expect(pace.end(START_NS + 45e6)).toBe(4);
    expect(takeAll(pace, 900)).toEqual([]);
  });

  it('by count starts everything however long it takes', () => {
    const pace = schedule({ by: 'count', attempts: 5 }, { graceNs: 0, mostInFlight: 1 });
    expect([0, 1e6, 2e6, 3e6, 4e6].flatMap((ms) => takeAll(pace, ms))).toEqual([0, 10, 20, 30, 40]);
    expect(pace.end(START_NS + 9e15)).toBe(0);
  });
});
