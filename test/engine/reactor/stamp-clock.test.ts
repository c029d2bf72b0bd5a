import { expect, it } from 'vitest';
import { StampClock } from '../../../src/engine/reactor/stamp-clock.ts';

/** Two clocks that a test moves: the system's runs ahead of the engines' by an offset. */
const clocks = (offsetNs: number) => {
  const time = { engineNs: 1000, offsetNs, readNs: 100 };
  const engine = (): number => (time.engineNs += time.readNs);
  const stamps = new StampClock(() => engine() + time.offsetNs, engine);
  return { time, stamps };
};

it('converts times of the system to the engines’ clock', () => {
  const { stamps } = clocks(5e9);
  expect(stamps.toEngineNs(5e9 + 123_456)).toBe(123_456);
});

it('takes the tightest of several readings: between two clocks a thread may lose its core', () => {
  let reading = 0;
  let now = 0;
  const engine = (): number => (now += 100);
  const system = (): number => {
    // The first reading is torn by 3 ms on one side.
    const at = engine() + 7e9;
    if (reading++ === 0) now += 3e6;
    return at;
  };
  expect(new StampClock(system, engine).toEngineNs(7e9 + 500)).toBe(500);
});

it.each([2e6, -2e6, 3600e9])('sees a step of %d ns, and converts nothing from then on', (stepNs) => {
  const { time, stamps } = clocks(5e9);
  stamps.watch();
  expect(stamps.hasStepped).toBe(false);
  time.offsetNs += stepNs;
  stamps.watch();
  expect(stamps.hasStepped).toBe(true);
  expect(stamps.toEngineNs(5e9)).toBeNaN();
});

it('begins anew with the offset of that time', () => {
  const { time, stamps } = clocks(5e9);
  time.offsetNs = 9e9;
  stamps.watch();
  stamps.begin();
  expect(stamps.hasStepped).toBe(false);
  expect(stamps.toEngineNs(9e9 + 42)).toBe(42);
});

it('takes no slow reading for a step', () => {
  const { time, stamps } = clocks(5e9);
  time.readNs = 10e6;
  stamps.watch();
  expect(stamps.hasStepped).toBe(false);
});

it('is not led astray by a clock that is slewed: it moves less than a step between two looks', () => {
  const { time, stamps } = clocks(5e9);
  time.offsetNs += 20_000;
  stamps.watch();
  expect(stamps.hasStepped).toBe(false);
});
