import { describe, expect, it } from 'vitest';
import type { Bracket } from '../../../../src/domain/watch-report.ts';
import { seededRandom, type Random } from '../../../../src/stats/random.ts';
import { watchSimulated, type Truth, type Watch } from './simulated.ts';

const EVERY_MS = 10_000;

/** Both ends of a time lie between two polls, and so do the offers that enclose it. */
const FEW_POLLS = 5;

const drawn = (random: Random, low: number, high: number): number => low + random() * (high - low);

/** Fleets of all sorts: keys that change more often than they are looked at, and such that hardly ever do. */
const drawTruth = (random: Random): Truth => ({
  periodMs: EVERY_MS * Math.exp(drawn(random, Math.log(0.3), Math.log(200))),
  phasesMs: [drawn(random, 0, 1e6), drawn(random, 0, 1e6)],
  keep: Math.floor(drawn(random, 0, 4)),
  lifetimeMs: 1000 * Math.round(Math.exp(drawn(random, Math.log(5), Math.log(7200)))),
  prolongs: random() < 0.5,
  hasNames: random() < 0.9,
});

const drawWatch = (random: Random): Watch => ({
  everyMs: EVERY_MS,
  forMs: EVERY_MS * Math.floor(drawn(random, 1, 200)),
  // From a quick network to polls that take longer than their interval.
  slownessMs: Math.exp(drawn(random, Math.log(1), Math.log(EVERY_MS / 2))),
  random,
});

const encloses = ({ lowMs, highMs }: Bracket, ms: number): boolean => lowMs <= ms && (highMs === null || ms <= highMs);

describe('a watch of simulated fleets', () => {
  it('encloses the truth, whatever the fleet and however slow the polls', () => {
    const missed: string[] = [];
    let known = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const random = seededRandom(seed);
      const truth = drawTruth(random);
      const { addresses } = watchSimulated(truth, drawWatch(random));
      for (const { period, grace, lifetime } of addresses) {
        const held = [
          ['period', period, truth.periodMs],
          ['grace', grace, truth.keep * truth.periodMs],
          ['lifetime', truth.hasNames ? lifetime : null, truth.lifetimeMs],
        ] as const;
        for (const [name, bracket, ms] of held) {
          if (bracket?.highMs != null) known += 1;
          if (bracket !== null && !encloses(bracket, ms)) {
            missed.push(`seed ${String(seed)}: ${name} ${String(ms)} in ${JSON.stringify(bracket)}, ${JSON.stringify(truth)}`);
          }
        }
      }
    }
    expect(missed).toEqual([]);
    expect(known).toBeGreaterThan(200);
  });

  it('encloses by how much one node is later than another, and finds none where they change together', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed);
      const lagMs = seed % 2 === 0 ? 0 : drawn(random, 5 * EVERY_MS, 30 * EVERY_MS);
      const phaseMs = drawn(random, 0, 1e6);
      const truth = { ...STEADY, phasesMs: [phaseMs, phaseMs + lagMs, phaseMs + lagMs] };
      const { lags } = watchSimulated(truth, { everyMs: EVERY_MS, forMs: 300 * EVERY_MS, slownessMs: 200, random });
      if (lagMs === 0) expect(lags).toEqual([]);
      else {
        expect(lags).toMatchObject([{ address: 0 }]);
        expect(lags.every((lag) => encloses(lag, lagMs))).toBe(true);
      }
    }
  });

  it('finds each time within a few polls once keys have changed a few times', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed);
      const watch = { everyMs: EVERY_MS, forMs: 12 * STEADY.periodMs, slownessMs: 200, random };
      const [watched] = watchSimulated({ ...STEADY, phasesMs: [drawn(random, 0, 1e6)] }, watch).addresses;
      for (const bracket of [watched?.period, watched?.grace]) {
        expect((bracket?.highMs ?? Infinity) - (bracket?.lowMs ?? 0)).toBeLessThan(FEW_POLLS * EVERY_MS);
      }
    }
  });

  it('finds the lifetime within a few polls or a tenth where no rotation comes before', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed);
      const truth = { ...STEADY, periodMs: 1e9, lifetimeMs: 1000 * Math.round(drawn(random, 30, 1200)) };
      const [watched] = watchSimulated(truth, { everyMs: EVERY_MS, forMs: 3_600_000, slownessMs: 100, random }).addresses;
      const { lowMs = 0, highMs } = watched?.lifetime ?? {};
      expect((highMs ?? Infinity) - lowMs).toBeLessThan(Math.max(FEW_POLLS * EVERY_MS, truth.lifetimeMs / 10));
    }
  });

  it('tells a chain of renewed sessions that lives for ever from one that ends with the first', () => {
    for (const prolongs of [true, false]) {
      const truth = { ...STEADY, lifetimeMs: 300_000, prolongs };
      const watch = { everyMs: EVERY_MS, forMs: 3_000_000, slownessMs: 100, random: seededRandom(7) };
      const [watched] = watchSimulated(truth, watch).addresses;
      if (prolongs) expect(watched?.chain).toMatchObject({ highMs: null, renewals: 300 });
      else expect(encloses(watched?.chain ?? { lowMs: 0, highMs: 0 }, 300_000)).toBe(true);
    }
  });

  it('alerts of a key and of sessions that live too long only when that was watched', () => {
    const truth = { ...STEADY, periodMs: 1e9, lifetimeMs: 1e7 };
    const limits = { keyMs: 1_000_000, sessionMs: 2_000_000 };
    const alerted = (forMs: number): string[] =>
      watchSimulated(truth, { everyMs: EVERY_MS, forMs, slownessMs: 100, random: seededRandom(1) }, limits).alerts.map(
        ({ code }) => code,
      );
    expect(alerted(900_000)).toEqual([]);
    expect(alerted(1_100_000)).toEqual(['key-not-rotated']);
    expect(alerted(2_400_000)).toEqual(['key-not-rotated', 'session-outlives', 'chain-outlives']);
    // With the limits of a day and of seven days nothing can be said.
    expect(watchSimulated(truth, { everyMs: EVERY_MS, forMs: 2e6, slownessMs: 100, random: seededRandom(1) }).alerts).toEqual([]);
  });
});

const STEADY: Truth = {
  periodMs: 400_000,
  phasesMs: [0],
  keep: 1,
  lifetimeMs: 7_200_000,
  prolongs: true,
  hasNames: true,
};
