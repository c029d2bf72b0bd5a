import { describe, expect, it } from 'vitest';
import { fittedLine, leftText, planText, positionText, progressTexts } from '../../src/cli/progress-text.ts';
import { Remaining } from '../../src/cli/remaining.ts';
import type { LoadProgress } from '../../src/load/load-generator.ts';
import type { WindowPhase } from '../../src/load/window-request.ts';
import type { AskedNow, RunEvent, RunPlan, WindowPosition } from '../../src/run/progress/event.ts';
import type { RecentRates } from '../../src/run/progress/recent-rates.ts';

const AT: WindowPosition = {
  cells: [{ state: 'edge', protocol: 'TLSv1.3', mode: 'ticket' }],
  round: 0,
  rounds: 5,
  trialPerSecond: undefined,
  index: 2,
  windows: 10,
  toLook: undefined,
  plannedMs: 4000,
  laterMs: 28_000,
};

interface Change {
  readonly phase?: WindowPhase;
  readonly progress?: Partial<LoadProgress>;
  readonly recent?: Partial<RecentRates>;
  readonly asked?: AskedNow;
  readonly elapsedMs?: number;
}

const event = ({ phase = { name: 'window', startNs: 0 }, progress, recent, asked, elapsedMs = 1000 }: Change = {}): Extract<
  RunEvent,
  { type: 'progress' }
> => ({
  type: 'progress',
  at: AT,
  phase,
  progress: {
    finished: 500,
    honoured: 500,
    errors: 0,
    refusedAgain: 0,
    refusedNs: 0,
    inFlight: 12,
    begun: 512,
    restedNs: [],
    p50Ns: 1_230_000,
    p99Ns: 4_560_000,
    ...progress,
  },
  recent: { ratePerSecond: 498, attempts: 500, errors: 0, busyShare: 0.35, ...recent },
  elapsedMs,
  asked,
});

describe('the line of progress', () => {
  it('says where the run is', () => {
    expect(positionText(AT)).toBe('round 1/5  edge TLS 1.3 ticket');
    expect(positionText({ ...AT, round: -1 })).toBe('warm-up  edge TLS 1.3 ticket');
  });

  it.each<[string, Change, string]>([
    [
      'an open window: asked and achieved, in flight, proven, latency and health',
      { asked: { perSecond: 500, due: 513 } },
      '498/s of 500/s  12 in flight  100% honoured  response p50 1.23 ms, p99 4.56 ms  workers 35% busy',
    ],
    ['a closed window: no rate is asked', {}, '498/s  12 in flight  100% honoured  p50 1.23 ms, p99 4.56 ms  workers 35% busy'],
    [
      'a generator that is behind',
      { asked: { perSecond: 5000, due: 5000 }, recent: { busyShare: 1 }, progress: { begun: 3000 } },
      '498/s of 5,000/s  12 in flight  100% honoured  response p50 1.23 ms, p99 4.56 ms  workers 100% busy  2,000 starts late',
    ],
    [
      'errors, and what was declined',
      { progress: { honoured: 250, errors: 3 } },
      '498/s  12 in flight  50% honoured  3 errors  p50 1.23 ms, p99 4.56 ms  workers 35% busy',
    ],
    [
      'a window that has just begun',
      {
        progress: { finished: 0, honoured: 0, inFlight: 0, p50Ns: undefined, p99Ns: undefined },
        recent: { ratePerSecond: undefined, busyShare: undefined },
      },
      '-  0 in flight',
    ],
    [
      'priming',
      { phase: { name: 'priming', sessions: 50_000 }, progress: { finished: 1200, errors: 1 } },
      'priming 1,200 of 50,000  1 error',
    ],
    ['ageing', { phase: { name: 'ageing', ms: 30_000 }, elapsedMs: 4500 }, 'waiting for sessions to age, 26 s left'],
  ])('tells of %s', (_, change, text) => {
    expect(progressTexts(event(change)).join('  ')).toBe(text);
  });

  it('never counts more sessions than were to be primed', () => {
    const change = { phase: { name: 'priming', sessions: 2 }, progress: { finished: 3 } } as const;
    expect(progressTexts(event(change))).toEqual(['priming 2 of 2']);
  });

  it('names cells that differ only in their state once', () => {
    const [cell] = AT.cells;
    if (cell === undefined) throw new Error('no cell');
    const shared = [
      { ...cell, state: 'before' },
      { ...cell, state: 'after' },
    ];
    expect(positionText({ ...AT, cells: shared })).toBe('round 1/5  before + after TLS 1.3 ticket');
    expect(positionText({ ...AT, cells: [cell, { ...cell, mode: 'full' }] })).toBe(
      'round 1/5  edge TLS 1.3 ticket + edge TLS 1.3 full',
    );
  });

  it('fits: a part is shown whole or not at all', () => {
    const parts = ['round 1/5  edge TLS 1.3 ticket', '', 'about 2 min left', '498/s', 'p50 1.23 ms, p99 4.56 ms'];
    expect(fittedLine(parts, 80)).toBe('round 1/5  edge TLS 1.3 ticket  about 2 min left  498/s');
    expect(fittedLine(parts, 40)).toBe('round 1/5  edge TLS 1.3 ticket');
    expect(fittedLine(parts, 9)).toBe('round 1/5');
  });

  it('gives the time that is left in seconds or minutes', () => {
    expect([
      leftText(undefined),
      leftText({ endMs: 11_200, lookMs: undefined }),
      leftText({ endMs: 600_000, lookMs: 90_000 }),
    ]).toEqual(['', 'about 12 s left', 'about 90 s to the next look, 10 min at most']);
  });

  it.each<[string, Partial<RunPlan>, string]>([
    ['rounds of a duration', { plannedMs: 61_000 }, '6 cells over 5 rounds; at least 61 s'],
    ['a count of handshakes', { plannedMs: undefined }, '6 cells over 5 rounds; the time depends on the server'],
    [
      'interim looks',
      { rounds: 48, looks: [12, 24], plannedMs: undefined },
      '6 cells over 48 rounds, or fewer if all is decided after 12 or 24; the time depends on the server',
    ],
    ['a search', { isSearch: true, plannedMs: 240_000 }, '6 cells, a search that takes about 4 min'],
  ])('begins with the plan: %s', (_, change, text) => {
    expect(planText({ rounds: 5, looks: [], isSearch: false, plannedMs: 1000, ...change }, 6)).toBe(text);
  });
});

describe('the time that is left', () => {
  const BEFORE = { doneMs: 0, behindMs: 0 };
  const endOf = (remaining: Remaining, ...args: Parameters<Remaining['left']>): number | undefined =>
    remaining.left(...args)?.endMs;

  it('is longer than planned by what starts that are behind take', () => {
    const last = { ...AT, index: 0, windows: 1, laterMs: 0 };
    expect(endOf(new Remaining(0), last, { doneMs: 9000, behindMs: 12_000 }, 9500)).toBe(12_000);
  });

  it('is what is planned, and what came on top of each window so far', () => {
    const remaining = new Remaining(0);
    expect(endOf(remaining, { ...AT, index: 0 }, BEFORE, 100)).toBe(32_000);
    remaining.begin(0);
    remaining.end(AT, 4500);
    remaining.begin(4500);
    remaining.end(AT, 8800);
    // 2.5 s of this window, 28 s of the seven after it, and 0.4 s on top of each of those.
    expect(endOf(remaining, AT, { doneMs: 1500, behindMs: 0 }, 10_300)).toBe(2500 + 28_000 + 7 * 400);
  });

  it('is taken from the measured windows before where a window ends by its count, and from warm-up before there is one', () => {
    const counts = { ...AT, plannedMs: undefined, laterMs: undefined };
    const remaining = new Remaining(0);
    expect(endOf(remaining, { ...counts, index: 0 }, BEFORE, 100)).toBeUndefined();
    remaining.begin(0);
    remaining.end({ ...counts, round: -1 }, 8000);
    remaining.begin(8000);
    expect(endOf(remaining, { ...counts, index: 1 }, BEFORE, 8000)).toBe(9 * 8000);
    remaining.end(counts, 10_000);
    remaining.begin(10_000);
    expect(endOf(remaining, { ...counts, index: 2 }, BEFORE, 11_500)).toBe(8 * 2000 - 1500);
  });

  it('is told up to the next look as well, where the run may end', () => {
    const counts = { ...AT, plannedMs: undefined, laterMs: undefined };
    const remaining = new Remaining(0);
    remaining.end(counts, 1000);
    remaining.begin(1000);
    expect(remaining.left({ ...counts, index: 1, windows: 49, toLook: 12 }, BEFORE, 1000)).toEqual({
      endMs: 48_000,
      lookMs: 12_000,
    });
  });
});
