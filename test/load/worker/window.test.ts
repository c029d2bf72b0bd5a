import { describe, expect, it } from 'vitest';
import { ClosedPace, SchedulePace } from '../../../src/load/worker/pace.ts';
import type { LoadWindow } from '../../../src/load/worker/window.ts';
import { Arrivals } from '../../../src/scenario/arrivals.ts';
import { LatencyHistogram, type EncodedHistogram } from '../../../src/stats/histogram.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { FakeEngine, fakeWindow, MS, S, type FakeServer, type FakeStream } from '../fake-engine.ts';

const scheduled = (perSecond: number, seconds: number, mostInFlight = 10_000): SchedulePace =>
  new SchedulePace({
    arrivals: new Arrivals({
      profile: { shape: 'constant', perSecond },
      pattern: 'constant',
      random: seededRandom(1),
      parts: 1,
      index: 0,
    }),
    startNs: 0,
    bound: { by: 'time', durationNs: seconds * S },
    mostInFlight,
    graceNs: 5 * S,
  });

const closed = (concurrency: number, seconds: number): ClosedPace =>
  new ClosedPace({ concurrency, bound: { by: 'time', durationNs: seconds * S }, startNs: 0 });

const run = (window: LoadWindow, server: FakeServer): FakeEngine => {
  const engine = new FakeEngine(server);
  engine.run(window);
  window.end(engine.nowNs);
  return engine;
};

const reportOf = (window: LoadWindow, stream = 0) => {
  const report = window.tallies[stream]?.report().counts;
  if (report === undefined) throw new RangeError('no such stream');
  return report;
};

const scheduleOf = (window: LoadWindow, stream = 0) => {
  const { schedule } = reportOf(window, stream);
  if (schedule === null) throw new TypeError('there was no schedule');
  return schedule;
};

const quantile = (encoded: EncodedHistogram, p: number): number => LatencyHistogram.decode(encoded).quantileNs(p) ?? 0;

/** Takes 1 ms, but answers nobody between 1 s and 2 s. */
const stalling: FakeServer = { serviceNs: (startNs) => (startNs >= S && startNs < 2 * S ? 2 * S - startNs : 0) + MS };

describe('a server that stalls for one second', () => {
  it('under 500/s holds back exactly the 500 that arrive meanwhile, by up to one second', () => {
    const { window } = fakeWindow(scheduled(500, 4), [{ mode: 'full' }]);
    run(window, stalling);
    const { responseNs, serviceNs, lateNs, due, dropped } = scheduleOf(window);
    expect({ due, dropped, honoured: reportOf(window).honoured }).toEqual({ due: 2000, dropped: 0, honoured: 2000 });
    expect(quantile(responseNs, 0.999) / S).toBeCloseTo(1, 2);
    // The stalled are a quarter: their fastest is met at three quarters, and none of the others takes longer than 1 ms.
    expect(quantile(responseNs, 0.7495) / MS).toBeCloseTo(1, 1);
    expect(quantile(responseNs, 0.751) / MS).toBeGreaterThan(2);
    expect(quantile(serviceNs, 0.999) / S).toBeCloseTo(1, 2);
    expect(quantile(lateNs, 1)).toBe(0);
  });

  it('is met by one handshake only of a closed load, and does not show in its p99.9', () => {
    const { window } = fakeWindow(closed(1, 4), [{ mode: 'full' }], false);
    run(window, stalling);
    const { honoured, handshakeNs } = reportOf(window);
    expect(honoured).toBe(3000);
    expect(quantile(handshakeNs, 1) / S).toBeCloseTo(1, 2);
    expect(quantile(handshakeNs, 0.999) / MS).toBeCloseTo(1, 1);
  });

  it('with too few connections is still told in full: waiting for one is part of the response time and not of the service time', () => {
    const { window } = fakeWindow(scheduled(500, 4, 10), [{ mode: 'full' }]);
    run(window, stalling);
    const { responseNs, serviceNs, connectionLimited, due, dropped } = scheduleOf(window);
    expect({ due, dropped }).toEqual({ due: 2000, dropped: 0 });
    expect(quantile(responseNs, 0.999) / S).toBeCloseTo(1, 1);
    expect(quantile(serviceNs, 0.99) / MS).toBeCloseTo(1, 0);
    // 490 wait until the stall is over, and some more until these are caught up with.
    expect(connectionLimited).toBeGreaterThanOrEqual(490);
    expect(connectionLimited).toBeLessThan(600);
  });
});

describe('a generator that is too slow', () => {
  const slow: FakeServer = { serviceNs: () => 3 * MS, startCostNs: 2 * MS };

  it('starts late, says by how much, and has no rest', () => {
    const { window } = fakeWindow(scheduled(1000, 1), [{ mode: 'full' }]);
    const engine = run(window, slow);
    const { due, dropped, connectionLimited, lateNs, responseNs } = scheduleOf(window);
    expect({ due, dropped, connectionLimited }).toEqual({ due: 1000, dropped: 0, connectionLimited: 0 });
    expect(quantile(lateNs, 1) / S).toBeCloseTo(1, 1);
    expect(quantile(responseNs, 1)).toBeGreaterThanOrEqual(quantile(lateNs, 1));
    expect(window.restedNs / engine.nowNs).toBeLessThan(0.01);
  });

  it('gives up what it cannot catch up with, and counts it', () => {
    const { window } = fakeWindow(scheduled(10_000, 2), [{ mode: 'full' }]);
    run(window, slow);
    const { due, dropped } = scheduleOf(window);
    expect(due).toBe(20_000);
    // 500/s for 2 s and for 5 s of grace.
    expect(due - dropped).toBe(3501);
    expect(reportOf(window).honoured).toBe(3501);
  });

  it('is told apart from one that has time', () => {
    const { window } = fakeWindow(scheduled(100, 1), [{ mode: 'full' }]);
    const engine = run(window, slow);
    expect(window.restedNs / engine.nowNs).toBeCloseTo(0.8, 1);
    expect(quantile(scheduleOf(window).lateNs, 1)).toBe(0);
  });
});

describe('a mix', () => {
  const streams: FakeStream[] = [
    { mode: 'full', weight: 20 },
    { mode: 'ticket', weight: 80 },
  ];

  it('is exact, of what is started and of what never is', () => {
    const { window } = fakeWindow(scheduled(500, 2), streams);
    const { starts } = run(window, { serviceNs: () => MS });
    expect(starts.filter(({ mode }) => mode === 'full')).toHaveLength(200);
    expect([scheduleOf(window, 0).due, scheduleOf(window, 1).due]).toEqual([200, 800]);
    expect([reportOf(window, 0).honoured, reportOf(window, 1).honoured]).toEqual([200, 800]);

    const late = fakeWindow(scheduled(10_000, 2), streams).window;
    run(late, { serviceNs: () => MS, startCostNs: 2 * MS });
    expect([scheduleOf(late, 0).due, scheduleOf(late, 1).due]).toEqual([4000, 16_000]);
    expect(scheduleOf(late, 0).dropped).toBeGreaterThan(1000);
  });

  it('is exact in closed load too, however unlike the parts are in time', () => {
    const { window } = fakeWindow(
      new ClosedPace({ concurrency: 3, bound: { by: 'count', attempts: 1000 }, startNs: 0 }),
      streams,
      false,
    );
    run(window, { serviceNs: (_, offered) => (offered === undefined ? 9 * MS : MS) });
    expect([reportOf(window, 0).honoured, reportOf(window, 1).honoured]).toEqual([200, 800]);
  });
});

describe('session policies', () => {
  const offeredSessions = (stream: Omit<FakeStream, 'mode'>, server: Partial<FakeServer> = {}, perSecond = 100) => {
    const fake = fakeWindow(scheduled(perSecond, 1), [{ mode: 'ticket', ...stream }]);
    const engine = run(fake.window, { serviceNs: () => MS, ...server });
    const { offeredSessions: told, ...report } = reportOf(fake.window);
    const offered = engine.starts.flatMap((start) => start.offered ?? []);
    expect(told?.handshakes ?? 0).toBe(offered.length);
    expect(told?.sessions ?? 0).toBe(new Set(offered).size);
    for (const pool of fake.pools) pool.free();
    return { ...report, engine, offered, sessions: new Set(offered).size };
  };

  it('distinct: each client offers its own newest', () => {
    expect(offeredSessions({ policy: 'distinct' }).sessions).toBe(100);
    expect(offeredSessions({ policy: 'distinct', clients: 5 }, { gives: false }).sessions).toBe(5);
  });

  it('distinct: each session that is taken is freed once it is replaced, and a full handshake takes none', () => {
    const quick: FakeServer = { serviceNs: () => MS };
    const { window } = fakeWindow(closed(2, 0.1), [{ mode: 'ticket', clients: 2 }]);
    const { taken } = run(window, quick);
    expect(taken.length).toBeGreaterThan(100);
    expect(taken.filter(({ isFreed }) => !isFreed)).toHaveLength(2);
    const full = fakeWindow(closed(2, 0.1), [{ mode: 'full', clients: 2 }]);
    expect(run(full.window, quick).taken).toEqual([]);
    expect(reportOf(full.window).tickets).toMatchObject({ leastBytes: 100, mostBytes: 100 });
  });

  it('newest: all offer the newest of all', () => {
    const { offered } = offeredSessions({ policy: 'newest' });
    expect(offered.every(({ receivedNs }, i) => i === 0 || receivedNs >= (offered[i - 1]?.receivedNs ?? 0))).toBe(true);
  });

  it('fixed: one for all, never replaced, not even when it is refused', () => {
    expect(offeredSessions({ policy: 'fixed' }, { resumes: () => false }).sessions).toBe(1);
  });

  it('single-use: never the same twice, with full handshakes in between that are not measured where none is given', () => {
    const refill = offeredSessions({ policy: 'single-use' }, { gives: true });
    expect(refill.sessions).toBe(refill.offered.length);
    expect(refill.replenished).toBe(0);
    const empty = offeredSessions({ policy: 'single-use' }, { gives: false });
    expect(empty.offered).toHaveLength(4);
    expect(empty.replenished).toBeGreaterThan(0);
  });

  it('single-use: a connection more than there are clients has no session, rather than one that is in use', () => {
    const { offered, sessions, declined } = offeredSessions({ policy: 'single-use', clients: 2 }, { serviceNs: () => 100 * MS });
    expect(sessions).toBe(offered.length);
    expect(declined['no-session']).toBeGreaterThan(0);
  });

  it('distinct: a connection more than there are clients shares a session', () => {
    const { declined, honoured } = offeredSessions({ clients: 2 }, { serviceNs: () => 100 * MS });
    expect(declined).toEqual({});
    expect(honoured).toBe(100);
  });

  it('offerAfter: none is offered before it has the age, and a server that forgets earlier shows', () => {
    const aged = offeredSessions({ offerAfterNs: 200 * MS, clients: 3 });
    // The priming was at 0: what is offered in the first 200 ms is what had come of age before the window in a real run.
    const later = aged.engine.starts.filter(({ atNs }) => atNs >= 250 * MS);
    for (const { offered, atNs } of later) expect(atNs - (offered?.receivedNs ?? atNs)).toBeGreaterThanOrEqual(200 * MS);
    const forgetful = offeredSessions(
      { offerAfterNs: 200 * MS, clients: 3 },
      { resumes: ({ receivedNs }, nowNs) => nowNs - receivedNs < 100 * MS },
    );
    expect(forgetful.declined.refused).toBeGreaterThan(80);
  });

  it('distinct: a session that is lost by an alert is told apart from one that was never given', () => {
    const fake = fakeWindow(scheduled(100, 1), [{ mode: 'ticket', clients: 1 }]);
    let isOffered = false;
    run(fake.window, {
      serviceNs: (_, offered) => {
        isOffered = offered !== undefined;
        return MS;
      },
      failure: () => (isOffered ? { kind: 'alert', detail: 'internal_error' } : undefined),
    });
    const { declined, errors } = reportOf(fake.window);
    expect(declined).toEqual({ 'session-broken-off': 50 });
    expect(errors).toEqual({ 'alert:internal_error': 50 });
  });
});
