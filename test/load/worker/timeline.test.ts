import { describe, expect, it } from 'vitest';
import { TimelineTally } from '../../../src/load/worker/timeline-tally.ts';
import { ClosedPace } from '../../../src/load/worker/pace.ts';
import { FakeEngine, fakeWindow, MS, S, type FakeServer } from '../fake-engine.ts';

const run = (server: FakeServer, timelineNs?: number) => {
  const pace = new ClosedPace({ concurrency: 2, bound: { by: 'time', durationNs: S }, startNs: 0 });
  const { window } = fakeWindow(pace, [{ mode: 'full' }], false, timelineNs);
  const engine = new FakeEngine(server);
  engine.run(window);
  window.end(engine.nowNs);
  const [tally] = window.tallies;
  return { counts: tally?.report().counts, timeline: tally?.report().timeline };
};

describe('a window over time', () => {
  it('counts each handshake in the interval in which it ended, those after the end of the window too', () => {
    const { counts, timeline } = run({ serviceNs: (startNs) => (startNs < 0.5 * S ? 10 * MS : 100 * MS) }, 250 * MS);
    // Two at a time: 100 of 10 ms, then 10 of 100 ms.
    expect(timeline?.map(({ handshakes }) => handshakes)).toEqual([48, 50, 6, 4, 2]);
    expect(timeline?.map(({ honoured, errors }) => [honoured, errors])).toEqual([48, 50, 6, 4, 2].map((count) => [count, 0]));
    expect(timeline?.reduce((sum, { handshakes }) => sum + handshakes, 0)).toBe(counts?.handshakes);
    expect(timeline?.map(({ latencyNs }) => latencyNs.maxNs)).toEqual([10, 10, 100, 100, 100].map((ms) => ms * MS));
  });

  it('is nothing where none is asked for', () => {
    expect(run({ serviceNs: () => 10 * MS }).timeline).toBeUndefined();
  });
});

describe('the tally of intervals', () => {
  const tallied = (...ends: readonly (readonly ['honoured' | 'declined' | 'failed', number])[]) => {
    const tally = new TimelineTally(100);
    tally.begin(1000);
    for (const [how, endNs] of ends) tally[how](endNs, 5000);
    return tally.report().map(({ handshakes, honoured, errors }) => ({ handshakes, honoured, errors }));
  };

  it('tells honoured, declined and failed handshakes apart', () => {
    expect(tallied(['honoured', 1000], ['declined', 1099], ['failed', 1100], ['honoured', 1150])).toEqual([
      { handshakes: 2, honoured: 1, errors: 0 },
      { handshakes: 1, honoured: 1, errors: 1 },
    ]);
  });

  it('ends, however long the window is', () => {
    expect(tallied(['declined', 1e12])).toHaveLength(20_000);
  });
});
