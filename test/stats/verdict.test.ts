import { describe, expect, it } from 'vitest';
import { holmAdjusted } from '../../src/stats/holm.ts';
import { alphaPerLook, DEFAULT_LOOKS, leastPairs } from '../../src/stats/planned-looks.ts';
import { shareBounds } from '../../src/stats/proportion.ts';
import { seededRandom, type Random } from '../../src/stats/random.ts';
import { positionOf, testPairs, verdictOf } from '../../src/stats/verdict.ts';

/** Differences of block quantiles on the log scale: what a machine like ours shows, and worse. */
const MODELS: Readonly<Record<string, (random: Random) => () => number>> = {
  normal: (random) => () => 0.05 * gauss(random),
  'heavy tails (Student t, 2 degrees of freedom)': (random) => () => (0.03 * gauss(random)) / Math.sqrt(-Math.log(1 - random())),
  'bursts (one block in ten five times as noisy)': (random) => () => (random() < 0.1 ? 0.25 : 0.05) * gauss(random),
  'autocorrelated as measured (AR(1), 0.15)': (random) => autoregressive(random, 0.15),
  'autocorrelated the other way (AR(1), -0.29)': (random) => autoregressive(random, -0.29),
};

const gauss = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const autoregressive = (random: Random, rho: number): (() => number) => {
  let last = 0;
  return () => {
    last = rho * last + 0.05 * Math.sqrt(1 - rho * rho) * gauss(random);
    return last;
  };
};

/** How many of so many gates say that the metric went up by more than the minimum effect, at any of the planned looks. */
const alarms = (
  model: (random: Random) => () => number,
  { trueRatio, minEffect, gates, seed }: { trueRatio: number; minEffect: number; gates: number; seed: number },
): number => {
  const random = seededRandom(seed);
  const alpha = alphaPerLook(0.01, DEFAULT_LOOKS.length);
  let alarmed = 0;
  for (let gate = 0; gate < gates; gate++) {
    const draw = model(random);
    const logRatios = Array.from({ length: 48 }, () => Math.log(trueRatio) + draw());
    const isAlarm = DEFAULT_LOOKS.some((look) => {
      const { ratio } = testPairs({ logRatios: logRatios.slice(0, look), alpha, minEffect });
      return ratio !== undefined && positionOf(ratio, minEffect) === 'higher';
    });
    if (isAlarm) alarmed += 1;
  }
  return alarmed;
};

describe.each(Object.entries(MODELS))('on noise that is %s', (_, model) => {
  it('gives a false alarm in at most 1 % of the gates whose true change is the minimum effect itself', () => {
    const gates = 1500;
    const alarmed = alarms(model, { trueRatio: 1.05, minEffect: 0.05, gates, seed: 1 });
    // What 1500 gates can tell: the rate is not surely above 1 %. For the autocorrelated noise the promise is 2 %.
    expect(shareBounds(alarmed, gates, 0.001).lower).toBeLessThan(0.01);
    expect(alarmed / gates).toBeLessThan(0.025);
  });

  it('finds a true change of 25 % at one of the looks, nine times in ten', () => {
    expect(alarms(model, { trueRatio: 1.25, minEffect: 0.05, gates: 200, seed: 5 })).toBeGreaterThanOrEqual(180);
  });

  it('gives hardly any when nothing changed', () => {
    expect(alarms(model, { trueRatio: 1, minEffect: 0.05, gates: 500, seed: 2 })).toBeLessThanOrEqual(2);
  });
});

it('finds a true change of 15 % in quiet and in noisy pairs', () => {
  const found = (sd: number): number =>
    alarms((random) => () => sd * gauss(random), { trueRatio: 1.15, minEffect: 0.05, gates: 200, seed: 3 });
  expect(found(0.02)).toBe(200);
  expect(found(0.05)).toBeGreaterThanOrEqual(198);
});

it('covers the true ratio with each bound as often as it promises', () => {
  for (const model of Object.values(MODELS).slice(0, 3)) {
    const random = seededRandom(4);
    const draw = model(random);
    let missed = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const logRatios = Array.from({ length: 20 }, draw);
      if ((testPairs({ logRatios, alpha: 0.01, minEffect: 0 }).ratio?.lower ?? 0) > 1) missed += 1;
    }
    expect(shareBounds(missed, 2000, 0.001).lower).toBeLessThan(0.01);
    expect(missed).toBeGreaterThan(2);
  }
});

it('inverts the ratio and swaps the verdict when the states are swapped, exactly', () => {
  const random = seededRandom(7);
  for (const centre of [-0.3, -0.06, 0, 0.02, 0.06, 0.3]) {
    const logRatios = Array.from({ length: 24 }, () => centre + 0.03 * gauss(random));
    const forth = testPairs({ logRatios, alpha: 0.01, minEffect: 0.05 });
    const back = testPairs({ logRatios: logRatios.map((value) => -value), alpha: 0.01, minEffect: 0.05 });
    expect(back.ratio?.estimate).toBeCloseTo(1 / (forth.ratio?.estimate ?? 0), 12);
    expect(back.ratio?.lower).toBeCloseTo(1 / (forth.ratio?.upper ?? 0), 12);
    expect([back.pHigher, back.pLower]).toEqual([forth.pLower, forth.pHigher]);
    const opposite = { higher: 'lower', lower: 'higher', equal: 'equal', unknown: 'unknown' } as const;
    expect(positionOf(back.ratio ?? never(), 0.05)).toBe(opposite[positionOf(forth.ratio ?? never(), 0.05)]);
  }
});

it('rejects by p-value exactly where it rejects by bound', () => {
  const random = seededRandom(8);
  for (let trial = 0; trial < 200; trial++) {
    const logRatios = Array.from({ length: 15 }, () => 0.07 + 0.05 * gauss(random));
    const { ratio, pHigher } = testPairs({ logRatios, alpha: 0.01, minEffect: 0.05 });
    expect(pHigher <= 0.01).toBe((ratio?.lower ?? 0) > 1.05);
  }
});

it.each([
  ['higher', 'lower', 'regressed'],
  ['lower', 'lower', 'improved'],
  ['higher', 'higher', 'improved'],
  ['equal', 'lower', 'equivalent'],
  ['unknown', 'higher', 'inconclusive'],
] as const)('calls %s of a metric whose better is %s %s', (position, better, verdict) => {
  expect(verdictOf(position, better)).toBe(verdict);
});

it('says inconclusive and not equivalent with too few pairs', () => {
  expect(leastPairs(0.01)).toBe(7);
  expect(leastPairs(0.01 / 3)).toBe(9);
  expect(leastPairs(0.001)).toBe(10);
  const { ratio } = testPairs({ logRatios: [0, 0, 0, 0, 0, 0], alpha: 0.01, minEffect: 0.05 });
  expect(positionOf(ratio ?? never(), 0.05)).toBe('unknown');
});

const never = (): never => {
  throw new Error('there is no ratio');
};

it('keeps the promise for ten metrics together that share their noise, by Holm at each look', () => {
  const random = seededRandom(8);
  const alpha = alphaPerLook(0.01, DEFAULT_LOOKS.length);
  const gates = 400;
  let alarmed = 0;
  for (let gate = 0; gate < gates; gate++) {
    const common = Array.from({ length: 48 }, () => 0.03 * gauss(random));
    const metrics = Array.from({ length: 10 }, () => common.map((shared) => Math.log(1.05) + shared + 0.03 * gauss(random)));
    const isAlarm = DEFAULT_LOOKS.some((look) =>
      holmAdjusted(
        metrics.map((logRatios) => testPairs({ logRatios: logRatios.slice(0, look), alpha, minEffect: 0.05 }).pHigher),
      ).some((p) => p <= alpha),
    );
    if (isAlarm) alarmed += 1;
  }
  expect(shareBounds(alarmed, gates, 0.001).lower).toBeLessThan(0.01);
});
