import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/engine/engine.ts';
import { BackOff, type Refusal } from '../../../src/load/worker/back-off.ts';
import { Counters } from '../../../src/load/protocol/counters.ts';
import { ClosedPace, SchedulePace } from '../../../src/load/worker/pace.ts';
import { Arrivals } from '../../../src/scenario/arrivals.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { FakeEngine, fakeWindow, MS, S, type FakeServer } from '../fake-engine.ts';

const outcome = (atMs: number, failure?: Outcome['failure']): Outcome =>
  ({ failure, startNs: atMs * MS, endNs: atMs * MS }) as Partial<Outcome> as Outcome;

const refused = (atMs: number): Outcome => outcome(atMs, { kind: 'refused', detail: '' });

describe('a back-off', () => {
  it('waits twice as long after each round of refusals, up to a tenth of a second', () => {
    const backOff = new BackOff();
    const waitsMs: number[] = [];
    for (let nowMs = 0, round = 0; round < 10; round++) {
      backOff.observe(refused(nowMs));
      waitsMs.push(backOff.nextNs / MS - nowMs);
      nowMs = backOff.nextNs / MS;
      expect(backOff.waiting(nowMs * MS)).toBe(0);
    }
    expect(waitsMs).toEqual([1, 2, 4, 8, 16, 32, 64, 100, 100, 100]);
  });

  it('takes refusals of attempts that were under way together for one round', () => {
    const backOff = new BackOff();
    const refusals = [0, 0, 0].map((atMs): Refusal => backOff.observe(refused(atMs)));
    expect(refusals).toEqual(['first', 'first', 'first']);
    expect([backOff.waiting(0.5 * MS), backOff.waiting(MS)]).toEqual([3, 0]);
  });

  it('is over with the first answer, a failed handshake as well', () => {
    const backOff = new BackOff();
    for (const atMs of [0, 1, 3]) backOff.observe(refused(atMs));
    expect(backOff.refusedNs).toBe(3 * MS);
    expect(backOff.observe(outcome(4, { kind: 'handshake-timeout', detail: '' }))).toBe('over');
    expect([backOff.waiting(4 * MS), backOff.refusedNs, backOff.observe(outcome(5))]).toEqual([0, 0, 'none']);
  });
});

/** Refuses every connection between 1 s and 1.3 s, which takes it 20 µs. */
const isDown = (startNs: number): boolean => startNs >= S && startNs < 1.3 * S;
const restarting: FakeServer = {
  serviceNs: (startNs) => (isDown(startNs) ? 0.02 : 1) * MS,
  failure: (startNs) => (isDown(startNs) ? { kind: 'refused', detail: '' } : undefined),
};

describe('a server that restarts', () => {
  it('is not flooded by a closed load, and loads on at once when it is back', () => {
    const bound = { by: 'time', durationNs: 2 * S } as const;
    const { window, counters } = fakeWindow(new ClosedPace({ concurrency: 4, bound, startNs: 0 }), [{ mode: 'full' }], false);
    const engine = new FakeEngine(restarting);
    engine.run(window);
    const report = window.tallies[0]?.report().counts;
    // 1 + 2 + ... + 64 ms, and then 100 ms each: ten rounds.
    expect(report?.errors['refused']).toBeLessThanOrEqual(4 * 10);
    expect(report?.honoured).toBeGreaterThan(4 * 1600 - 50);
    expect(counters.refusedAgain).toBe((report?.errors['refused'] ?? 0) - 4);
    expect(counters.refusedNs).toBe(0);
    // Waiting on purpose is no time that the places owe an account of (Little's law).
    expect(window.inFlight.existedNs / (report?.residenceNs ?? 0)).toBeCloseTo(1, 2);
  });

  it('makes the starts of a schedule late, and lets none of them go', () => {
    const arrivals = new Arrivals({
      profile: { shape: 'constant', perSecond: 500 },
      pattern: 'constant',
      random: seededRandom(1),
      parts: 1,
      index: 0,
    });
    const bound = { by: 'time', durationNs: 2 * S } as const;
    const pace = new SchedulePace({ arrivals, startNs: 0, bound, mostInFlight: 4, graceNs: 5 * S });
    const { window } = fakeWindow(pace, [{ mode: 'full' }]);
    new FakeEngine(restarting).run(window);
    const { schedule, honoured, errors } = window.tallies[0]?.report().counts ?? {};
    expect(schedule).toMatchObject({ due: 1000, dropped: 0 });
    expect((honoured ?? 0) + (errors?.['refused'] ?? 0)).toBe(1000);
    expect(errors?.['refused']).toBeLessThanOrEqual(4 * 10);
    expect(schedule?.connectionLimited).toBeGreaterThan(80);
  });
});

it('counts what the main thread judges by', () => {
  const counters = new Counters();
  counters.tellRefusal('first', MS);
  counters.tellRefusal('again', 3 * MS);
  expect([counters.refusedAgain, counters.refusedNs]).toEqual([1, 3 * MS]);
  counters.tellRefusal('over', 0);
  expect([counters.refusedAgain, counters.refusedNs]).toEqual([1, 0]);
});
