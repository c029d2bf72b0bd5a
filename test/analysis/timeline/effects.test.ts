import { describe, expect, it } from 'vitest';
import { eventEffects } from '../../../src/analysis/timeline/effects.ts';
import type { EventRecord } from '../../../src/domain/event-record.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { fakeEvent, renewedFleet, timelineRun, times, type FakeInterval } from '../../report/fake-timeline.ts';

const S = 1e9;

const effectsOf = (intervals: readonly FakeInterval[], ...events: readonly EventRecord[]) =>
  eventEffects(timelineRun([{ mode: 'ticket', intervals }], events));

const STEADY: FakeInterval = { honoured: 100, cores: 0.2 };

describe('what an event does to resumption', () => {
  it('is how far the share falls, when it is back, and what that costs', () => {
    const fallen = [0, 50, 80].map((honoured) => ({ honoured, declined: 100 - honoured, cores: 0.5 }));
    const [effect, ...others] = effectsOf([...times(10, STEADY), ...fallen, ...times(7, STEADY)], fakeEvent('rotate', 10));
    expect(others).toEqual([]);
    expect(effect).toMatchObject({
      atNs: 10 * S,
      shareBefore: 1,
      lowestShare: 0,
      recovery: { state: 'back', afterNs: 3 * S },
      extraFull: 100 + 50 + 20,
    });
    expect(effect?.cpu?.coresBefore).toBeCloseTo(0.2, 9);
    expect(effect?.cpu?.coresMeanwhile).toBeCloseTo(0.5, 9);
    expect((effect?.cpu?.extraNs ?? 0) / S).toBeCloseTo(0.9, 9);
  });

  it('is counted from the event, in the middle of an interval too', () => {
    const [effect] = effectsOf(
      [...times(4, STEADY), { honoured: 40, declined: 60 }, { declined: 100 }, ...times(4, STEADY)],
      fakeEvent('rotate', 4.4),
    );
    expect(effect).toMatchObject({ recovery: { state: 'back', afterNs: 1.6 * S }, extraFull: 160 });
  });

  it('is nothing where the share moves by chance alone', () => {
    const random = seededRandom(11);
    const noisy = Array.from({ length: 200 }, (): FakeInterval => {
      const honoured = Array.from({ length: 100 }, () => (random() < 0.8 ? 1 : 0) as number).reduce((a, b) => a + b, 0);
      return { honoured, declined: 100 - honoured, cores: 0.2 };
    });
    const events = [20, 60, 100, 140].map((atS) => fakeEvent('reload', atS));
    for (const effect of effectsOf(noisy, ...events)) {
      expect(effect).toMatchObject({ recovery: { state: 'unmoved' }, extraFull: 0, cpu: undefined });
      expect(effect.shareBefore).toBeCloseTo(0.8, 1);
    }
  });

  it('does not count what the last event did as the state before the next', () => {
    const dip = [{ declined: 100 }, { honoured: 50, declined: 50 }];
    const [first, second] = effectsOf(
      [...times(5, STEADY), ...dip, ...times(3, STEADY), ...dip, ...times(3, STEADY)],
      fakeEvent('rotate', 5),
      fakeEvent('rotate', 10),
    );
    for (const effect of [first, second])
      expect(effect).toMatchObject({ shareBefore: 1, recovery: { state: 'back', afterNs: 2 * S }, extraFull: 150 });
  });

  it('may outlast the window, or the time until the next event', () => {
    const [stopped, started] = effectsOf(
      [...times(5, STEADY), ...times(4, { honoured: 75, failed: 25 }), ...times(6, { honoured: 50, declined: 50 })],
      fakeEvent('stop', 5, { node: 2 }),
      fakeEvent('start', 9, { node: 2 }),
    );
    expect(stopped).toMatchObject({ lowestShare: 0.75, recovery: { state: 'not-back', withinNs: 4 * S }, extraFull: 0 });
    expect(started).toMatchObject({ shareBefore: 0.75, recovery: { state: 'not-back', withinNs: 6 * S } });
  });

  it('is that of all events of an interval together, and of none that failed', () => {
    const effects = effectsOf(
      [...times(5, STEADY), { declined: 100 }, ...times(5, STEADY)],
      fakeEvent('rotate', 5.5, { node: 2 }),
      fakeEvent('rotate', 5.2, { node: 1 }),
      fakeEvent('renew', 8, { failure: 'no such file' }),
    );
    expect(effects).toHaveLength(1);
    expect(effects[0]?.atNs).toBe(5.2 * S);
    expect(effects[0]?.events.map(({ node }) => node)).toEqual([1, 2]);
  });

  it('is unknown where too few handshakes came before it or after it', () => {
    expect(effectsOf(times(10, STEADY), fakeEvent('rotate', 0))).toMatchObject([
      { shareBefore: undefined, lowestShare: 1, recovery: { state: 'unknown' } },
    ]);
    expect(effectsOf([...times(5, STEADY), { honoured: 3 }, {}], fakeEvent('stop', 5))).toMatchObject([
      { shareBefore: 1, lowestShare: undefined, recovery: { state: 'unknown' } },
    ]);
  });

  it('joins intervals of few handshakes, and takes none of nothing for a recovery', () => {
    const slow = times(10, { honoured: 5 });
    const [effect] = effectsOf([...slow, ...times(4, {}), ...times(8, { declined: 5 }), ...slow], fakeEvent('restart', 10));
    expect(effect).toMatchObject({ lowestShare: 0, recovery: { state: 'back', afterNs: 12 * S }, extraFull: 40 });
  });

  it('says nothing of CPU time that is not known', () => {
    const [effect] = effectsOf(
      [...times(5, STEADY), { declined: 100, cores: null }, { declined: 100, cores: 0.6 }, ...times(5, STEADY)],
      fakeEvent('restart', 5),
    );
    expect(effect?.cpu).toMatchObject({ coresMeanwhile: 0.6, extraNs: undefined });
  });

  it('is of the cells of the state that offer sessions, window by window', () => {
    const effects = eventEffects(renewedFleet());
    expect(effects.map(({ events, timeline }) => [events[0]?.action, timeline.cell.mode])).toEqual([
      ['renew', 'ticket'],
      ['stop', 'ticket'],
    ]);
    expect(effects).toMatchObject([
      { lowestShare: 0, recovery: { state: 'back', afterNs: 3.5 * S }, extraFull: 1000 },
      { lowestShare: 0.75, recovery: { state: 'not-back', withinNs: 2 * S }, extraFull: 0, cpu: undefined },
    ]);
    const elsewhere = timelineRun([{ mode: 'ticket', intervals: times(20, STEADY) }], [fakeEvent('renew', 10, { round: 1 })]);
    expect(eventEffects(elsewhere)).toEqual([]);
  });
});
