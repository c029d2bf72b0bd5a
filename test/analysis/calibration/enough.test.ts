import { expect, it } from 'vitest';
import { gatesFinding, isNoiseKnown } from '../../../src/analysis/calibration/enough.ts';
import { metric, type ComparedMetric } from '../../../src/analysis/metrics/catalogue.ts';
import type { PairedDifferences } from '../../../src/analysis/calibration/paired-differences.ts';
import type { GateOutcome } from '../../../src/domain/gate.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { fakeRun } from '../../report/fake-run.ts';

const ALPHA = 0.01;

const noisy = (width: number): PairedDifferences[] => {
  const [cell] = fakeRun([{ mode: 'full' }]).cells;
  if (cell === undefined) throw new Error('no cell');
  const random = seededRandom(5);
  const logRatios = Array.from({ length: 48 }, () => width * (2 * random() - 1));
  const wasSecond = logRatios.map(() => undefined);
  return [{ cell, metric: metric('p50') as ComparedMetric, logRatios, wasSecond, minEffect: 0.05 }];
};

it.each([
  ['so quiet that the shortest plan does', 0.01, true],
  ['between the two, where more pairs change the plan', 0.12, false],
  ['so noisy that no plan does', 8, true],
])('the noise is known of a machine that is %s', (_, width, isKnown) => {
  expect(isNoiseKnown(noisy(width), { effect: 0.1, alpha: ALPHA / 3, leastPairs: 12 })).toBe(isKnown);
});

it('of nothing the noise is not known', () => {
  expect(isNoiseKnown([], { effect: 0.1, alpha: ALPHA / 3, leastPairs: 12 })).toBe(false);
});

const of = (outcome: GateOutcome, count: number): GateOutcome[] => Array.from({ length: count }, () => outcome);

it.each<[readonly GateOutcome[], ReturnType<typeof gatesFinding>]>([
  [[], undefined],
  [of('passed', 19), undefined],
  [of('inconclusive', 5), undefined],
  [of('inconclusive', 6), 'undecidable'],
  [[...of('passed', 5), ...of('inconclusive', 6)], undefined],
  [of('failed', 1), undefined],
  [[...of('failed', 1), ...of('passed', 4)], undefined],
  [[...of('failed', 2), ...of('passed', 8)], 'too-many-alarms'],
])('gates %j have shown: %s', (outcomes, finding) => {
  expect(gatesFinding(outcomes, ALPHA)).toBe(finding);
});
