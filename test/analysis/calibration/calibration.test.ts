import { describe, expect, it } from 'vitest';
import { metricNoise, pairsFor } from '../../../src/analysis/calibration/metric-noise.ts';
import { pairedDifferences, type PairedDifferences } from '../../../src/analysis/calibration/paired-differences.ts';
import { resampledGates } from '../../../src/analysis/calibration/resampled-gates.ts';
import type { Calibration } from '../../../src/domain/calibration.ts';
import { calibrationText } from '../../../src/report/calibration-text.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { expectGolden } from '../../report/golden.ts';
import { COMPARED } from '../../../src/analysis/metrics/catalogue.ts';
import { summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import { fakeRun } from '../../report/fake-run.ts';
import { pairedRun } from '../gate/paired-run.ts';

const settings = { alpha: 0.01, minEffect: 0.05, minDelta: undefined };

const level = { alpha: 0.01 / 3, looks: [12, 24, 48] };

const [cell] = fakeRun([{ mode: 'full' }]).cells;

/** Two metrics with a known noise of their difference, uniform of this half-width, and a known shift. */
const differences = ({ width = 0.02, shift = 0, rounds = 48 } = {}): PairedDifferences[] => {
  const random = seededRandom(11);
  if (cell === undefined) throw new Error('no cell');
  return COMPARED.filter(({ comparison }) => comparison === 'primary').map((metric) => ({
    cell,
    metric,
    logRatios: Array.from({ length: rounds }, () => shift + width * (2 * random() - 1)),
    wasSecond: Array.from({ length: rounds }, () => undefined),
    minEffect: 0.05,
  }));
};

it('differences are those of the pairs of a run, with what was measured second', () => {
  const base = [1e6, 2e6, 1.5e6];
  const run = pairedRun([
    { state: 'first', mode: 'full', p50: base, cpu: base.map((ns) => ns / 4) },
    { state: 'second', mode: 'full', p50: base.map((ns) => ns * 1.25), cpu: base.map((ns) => ns / 5) },
  ]);
  const [p50, cpu] = pairedDifferences(summarizeRun(run), settings);
  expect([p50?.metric.id, cpu?.metric.id]).toEqual(['p50', 'cpu.server']);
  for (const ratio of p50?.logRatios ?? []) expect(ratio).toBeCloseTo(Math.log(1.25), 2);
  for (const ratio of cpu?.logRatios ?? []) expect(ratio).toBeCloseTo(Math.log(0.8), 5);
  expect(p50?.wasSecond).toEqual([true, true, true]);
  expect(p50 && metricNoise(p50, level).positionEffect).toBeCloseTo(0.25, 2);
});

describe('the noise of a metric', () => {
  it('is that of the differences, whatever both share', () => {
    const [p50, cpu] = differences().map((one) => metricNoise(one, level));
    for (const noise of [p50, cpu]) {
      // The sd of a uniform distribution is its half-width / sqrt(3).
      expect(noise?.sd).toBeGreaterThan(0.009);
      expect(noise?.sd).toBeLessThan(0.0145);
      expect(Math.abs(noise?.autocorrelation ?? 1)).toBeLessThan(0.35);
      expect(Math.abs(noise?.bias?.estimate ?? 1)).toBeLessThan(0.01);
    }
    expect([p50?.metric, cpu?.metric]).toEqual(['p50', 'cpu.server']);
  });

  it('bounds what can be found, and more pairs find less', () => {
    const [noise] = differences({ width: 0.1 }).map((one) => metricNoise(one, level));
    const [at12 = 0, at24 = 0, at48 = 0] = (noise?.detectable ?? []).map((effect) => effect ?? 0);
    expect(at12).toBeGreaterThan(at24);
    expect(at24).toBeGreaterThan(at48);
    expect(at48).toBeGreaterThan(0.05);
    expect(pairsFor(differences({ width: 0.02 }), 0.1, 0.01)).toBeLessThan(12);
    expect(pairsFor(differences({ width: 0.3 }), 0.1, 0.01)).toBeGreaterThan(48);
    expect(pairsFor(differences({ width: 5 }), 0.1, 0.01)).toBeNull();
  });
});

describe('gates put together anew', () => {
  it('of two states that are the same hardly ever fail', () => {
    const count = resampledGates(differences({ width: 0.1 }), { ...level, gates: 400, seed: 1 });
    expect(count.gates).toBe(400);
    expect(count.failed).toBeLessThanOrEqual(4);
    expect(count.high).toBeGreaterThan(count.failed / 400);
  });

  it('of states that differ fail as often as the coin says that the worse one is the second', () => {
    const { failed, gates } = resampledGates(differences({ shift: 0.3 }), { ...level, gates: 400, seed: 1 });
    expect(failed / gates).toBeGreaterThan(0.4);
    expect(failed / gates).toBeLessThan(0.6);
  });

  it('are the same for the same seed', () => {
    const of = (seed: number) => resampledGates(differences({ width: 0.2 }), { ...level, gates: 50, seed });
    expect(of(7)).toEqual(of(7));
  });
});

it('a calibration is told as its golden file says', () => {
  const all = differences({ width: 0.08 });
  const calibration: Calibration = {
    target: 'edge.example:443\u001B[31m',
    alpha: 0.01,
    looks: level.looks,
    handshakesPerBlock: 100,
    concurrency: 1,
    noise: all.map((one) => metricNoise(one, level)),
    resampled: resampledGates(all, { ...level, gates: 200, seed: 1 }),
    measured: { gates: 20, failed: 0, inconclusive: 1, low: 0, high: 0.168 },
    recommended: { effect: 0.1, pairs: pairsFor(all, 0.1, 0.01) },
  };
  expectGolden('calibration.txt', calibrationText(calibration));
  expectGolden(
    'calibration-noisy.txt',
    calibrationText({
      ...calibration,
      measured: { ...calibration.measured, gates: 0 },
      recommended: { effect: 0.1, pairs: null },
    }),
  );
});
