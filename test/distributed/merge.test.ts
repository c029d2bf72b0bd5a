import { expect, it } from 'vitest';
import { decodeMeasured } from '../../src/distributed/protocol/tasks.ts';
import { countsOf } from '../../src/distributed/protocol/progress.ts';
import { BLOCK_COUNTS } from '../../src/domain/block-counts.ts';
import { mergedLoad } from '../../src/load/merged-streams.ts';
import type { MeasuredStream } from '../../src/load/protocol/messages.ts';
import { LatencyHistogram } from '../../src/stats/histogram.ts';
import { seededRandom } from '../../src/stats/random.ts';
import { FakeFleet } from '../run/fake-fleet.ts';

/** Durations as handshakes have them: from 50 us, with a heavy tail. */
const durations = (random: () => number, count: number): number[] =>
  Array.from({ length: count }, () => Math.round(50_000 / Math.max(1e-6, 1 - random()) ** 0.7));

/** An agent's report of honoured handshakes, as it crosses machines: as JSON, through the schema. */
const received = (samples: readonly number[]): MeasuredStream[] => {
  const counter = BLOCK_COUNTS.counter();
  for (const ns of samples) {
    counter.handshakes.add(1);
    counter.honoured.add(1);
    counter.handshakeNs.record(ns);
  }
  const nothing = { quotas: [] };
  const message = {
    primed: [],
    streams: [{ counts: counter.report(), negotiated: null, certificates: [] }],
    workers: [
      {
        cpuNs: [1],
        inFlightNs: 1,
        beganNs: 0,
        lastEndNs: 1,
        mostInFlight: 1,
        restedNs: 0,
        stalledNs: 0,
        clock: 'user',
        clockStepped: false,
        sequential: null,
      },
    ],
    before: nothing,
    after: nothing,
    limits: {},
    startSkewNs: 0,
    slackNs: 0,
    progress: countsOf(new FakeFleet().progress(), []),
  };
  return decodeMeasured(JSON.parse(JSON.stringify(message))).streams;
};

it.each([2, 4, 16, 100])('merges the reports of %i agents into the histogram of all samples', (agents) => {
  for (let seed = 1; seed <= 5; seed++) {
    const random = seededRandom(seed);
    const samples = durations(random, 3000);
    const parts: number[][] = Array.from({ length: agents }, () => []);
    // Uneven parts: some agents have next to nothing.
    for (const sample of samples) parts[Math.floor(random() ** 2 * agents)]?.push(sample);
    const [merged] = mergedLoad(parts.map(received));
    const [whole] = received(samples);
    if (merged === undefined) throw new Error('nothing was merged');
    expect(merged).toEqual(whole);

    const histogram = LatencyHistogram.decode(merged.counts.handshakeNs);
    const direct = new LatencyHistogram();
    for (const sample of samples) direct.record(sample);
    for (const p of [0, 0.5, 0.9, 0.99, 0.999, 1]) expect(histogram.quantileNs(p)).toBe(direct.quantileNs(p));
    expect(histogram.count).toBe(samples.length);
    expect([histogram.minNs, histogram.maxNs]).toEqual([Math.min(...samples), Math.max(...samples)]);
  }
});
