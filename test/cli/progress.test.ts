import { describe, expect, it } from 'vitest';
import { leftText, positionText, progressText } from '../../src/cli/progress-text.ts';
import { Remaining } from '../../src/cli/remaining.ts';
import type { LoadProgress } from '../../src/load/load-generator.ts';
import type { WindowPhase } from '../../src/load/window-request.ts';
import type { AskedNow, WindowPosition, RunEvent } from '../../src/run/progress/event.ts';
import type { RecentRates } from '../../src/run/progress/recent-rates.ts';

const AT: WindowPosition = {
  cells: [{ state: 'edge', protocol: 'TLSv1.3', mode: 'ticket' }],
  round: 0,
  rounds: 5,
  probePerSecond: undefined,
  index: 2,
  windows: 10,
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
    expect(progressText(event(change))).toBe(text);
  });

  it('tells the time that is left in seconds or minutes', () => {
    expect([leftText(undefined), leftText(11_200), leftText(600_000)]).toEqual(['', 'about 12 s left', 'about 10 min left']);
  });
});

describe('the time that is left', () => {
  const BEFORE = { doneMs: 0, behindMs: 0 };

  it('is longer than planned by what starts that are behind take', () => {
    const last = { ...AT, index: 0, blocks: 1, laterMs: 0 };
    expect(new Remaining(0).leftMs(last, { doneMs: 9000, behindMs: 12_000 }, 9500)).toBe(12_000);
  });

  it('is what is planned, and what came on top of each block so far', () => {
    const remaining = new Remaining(0);
    expect(remaining.leftMs({ ...AT, index: 0 }, BEFORE, 100)).toBe(32_000);
    remaining.begin(0);
    remaining.end(AT, 4500);
    remaining.begin(4500);
    remaining.end(AT, 8800);
    // 2.5 s of this window, 28 s of the seven after it, and 0.4 s on top of each of those.
    expect(remaining.leftMs(AT, { doneMs: 1500, behindMs: 0 }, 10_300)).toBe(2500 + 28_000 + 7 * 400);
  });

  it('is taken from the blocks before where a window ends by its count', () => {
    const unknown = { ...AT, plannedMs: undefined, laterMs: undefined };
    const remaining = new Remaining(0);
    expect(remaining.leftMs({ ...unknown, index: 0 }, BEFORE, 100)).toBeUndefined();
    expect(remaining.leftMs(unknown, BEFORE, 4000)).toBe(16_000);
  });
});
