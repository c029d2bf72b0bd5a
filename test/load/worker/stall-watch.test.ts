import { expect, it } from 'vitest';
import { StallWatch } from '../../../src/load/worker/stall-watch.ts';

const MS = 1e6;

const watched = () => {
  const clocks = { nowNs: 0, uptimeS: 100 };
  const watch = new StallWatch(
    () => clocks.nowNs,
    () => clocks.uptimeS,
  );
  /** Passes time while the loop stands still, or while the machine is suspended: then one of the clocks stands still too. */
  const pass = (ms: number, isSuspended = false): void => {
    clocks.uptimeS += ms / 1000;
    if (!isSuspended) clocks.nowNs += ms * MS;
    watch.turn();
  };
  return { watch, pass };
};

it('notes the longest gap between two turns of the loop', () => {
  const { watch, pass } = watched();
  for (const ms of [10, 20, 2000, 30]) pass(ms);
  expect(watch.longestNs).toBe(2000 * MS);
});

it('notes the time for which the machine was suspended, which the clock of the engines does not show', () => {
  const { watch, pass } = watched();
  pass(10);
  pass(5000, true);
  expect(watch.longestNs).toBeGreaterThan(4900 * MS);
});

it('takes the coarseness of a clock for nothing', () => {
  const { watch, pass } = watched();
  pass(10);
  pass(9, true);
  expect(watch.longestNs).toBe(10 * MS);
});

it('begins anew', () => {
  const { watch, pass } = watched();
  pass(2000);
  watch.start();
  pass(10);
  expect(watch.longestNs).toBe(10 * MS);
});
