import { expect, it } from 'vitest';
import type { LoadProgress } from '../../../src/load/load-generator.ts';
import { RateSampler } from '../../../src/run/progress/recent-rates.ts';

const progress = (change: Partial<LoadProgress>): LoadProgress => ({
  finished: 0,
  honoured: 0,
  errors: 0,
  refusedAgain: 0,
  refusedNs: 0,
  inFlight: 0,
  begun: 0,
  restedNs: [],
  p50Ns: undefined,
  p99Ns: undefined,
  ...change,
});

it('tells how fast counters grew in its span, and forgets what was before', () => {
  const pulse = new RateSampler(2000);
  expect(pulse.sample(0, progress({}))).toEqual({ ratePerSecond: undefined, attempts: 0, errors: 0, busyShare: undefined });
  expect(pulse.sample(1000, progress({ finished: 90, errors: 10 }))).toMatchObject({
    ratePerSecond: 100,
    attempts: 100,
    errors: 10,
  });
  pulse.sample(5000, progress({ finished: 500, errors: 10 }));
  pulse.sample(6000, progress({ finished: 500, errors: 10 }));
  expect(pulse.sample(7000, progress({ finished: 500, errors: 60 }))).toMatchObject({
    ratePerSecond: 25,
    attempts: 50,
    errors: 50,
  });
});

it('goes further back where too little has ended within its span', () => {
  const pulse = new RateSampler(2000, 20);
  pulse.sample(0, progress({ finished: 500 }));
  pulse.sample(10_000, progress({ finished: 500, errors: 8 }));
  pulse.sample(20_000, progress({ finished: 500, errors: 16 }));
  expect(pulse.sample(30_000, progress({ finished: 500, errors: 24 }))).toMatchObject({ attempts: 24, errors: 24 });
  expect(pulse.sample(40_000, progress({ finished: 500, errors: 32 }))).toMatchObject({ attempts: 24, errors: 24 });
});

it('tells the busiest worker by the rest that it did not have', () => {
  const pulse = new RateSampler(2000);
  pulse.sample(0, progress({ restedNs: [0, 0] }));
  expect(pulse.sample(1000, progress({ restedNs: [900e6, 250e6] })).busyShare).toBeCloseTo(0.75, 9);
});

it('begins anew when counters do', () => {
  const pulse = new RateSampler(2000);
  pulse.sample(0, progress({ finished: 1000 }));
  pulse.reset();
  pulse.sample(100, progress({ finished: 0 }));
  expect(pulse.sample(200, progress({ finished: 10 })).ratePerSecond).toBe(100);
});

it('begins anew where the counters do: a rate is never negative', () => {
  const pulse = new RateSampler(2000);
  pulse.sample(0, progress({ finished: 500, errors: 3 }));
  pulse.sample(200, progress({ finished: 600, errors: 3 }));
  expect(pulse.sample(400, progress({ finished: 20 }))).toMatchObject({ ratePerSecond: undefined, attempts: 0, errors: 0 });
  expect(pulse.sample(600, progress({ finished: 40 }))).toMatchObject({ ratePerSecond: 100, attempts: 20, errors: 0 });
});

it('begins anew for each worker that does', () => {
  const pulse = new RateSampler(2000);
  pulse.sample(0, progress({ finished: 1000 }));
  pulse.sample(200, progress({ finished: 510 }));
  expect(pulse.sample(400, progress({ finished: 25 })).ratePerSecond).toBeUndefined();
});
