import { describe, expect, it } from 'vitest';
import { graceOf, lifetimeOf, oldestChain } from '../../../../src/analysis/probe/watch/honoured.ts';
import { AddressLog, type Offer, type Span } from '../../../../src/analysis/probe/watch/log.ts';
import { periodOf } from '../../../../src/analysis/probe/watch/period.ts';
import { sightingsOf, takesTurns } from '../../../../src/analysis/probe/watch/sightings.ts';

/** A handshake that took 1 ms. */
const at = (fromMs: number): Span => ({ fromMs, toMs: fromMs + 1 });

/** Polls every 10 ms, a letter for the key of each. */
const polled = (keys: string): AddressLog => {
  const log = new AddressLog();
  for (let index = 0; index < keys.length; index++) log.see(keys.charAt(index).replace('-', ''), at(10 * index));
  return log;
};

const offer = (name: string, gotMs: number, atMs: number, honoured: boolean, statedS = 0): Offer => ({
  name,
  got: at(gotMs),
  ...at(atMs),
  honoured,
  statedS,
});

describe('the period of a rotation', () => {
  it.each([
    // One key, seen for 20 ms but for the length of a handshake.
    ['AAA', { low: 19, high: Infinity, isRegular: true }],
    // One rotation: at least as long as the key that lasted longest.
    ['AAABBBBB', { low: 39, high: Infinity, isRegular: true }],
    // Two rotations, each between two polls.
    ['AAABBBCC', { low: 19, high: 41, isRegular: true }],
    // Three: two periods are known as exactly as one.
    ['AAABBBCCCDD', { low: 24.5, high: 35.5, isRegular: true }],
    // A new key at each poll: others may have come between.
    ['ABCDE', { low: 0, high: 41 / 3, isRegular: true }],
    // No single period explains it.
    ['AABBBBBBBBBBCCDDDD', { low: 9, high: 111, isRegular: false }],
  ])('of the polls %s is enclosed', (keys, expected) => {
    const { low, high, isRegular } = periodOf(sightingsOf(polled(keys).runs)) ?? { low: 0, high: 0, isRegular: false };
    expect({ low, isRegular }).toEqual({ low: expected.low, isRegular: expected.isRegular });
    expect(high).toBeCloseTo(expected.high, 9);
  });

  it('is not known of tickets without a name', () => {
    expect(periodOf(sightingsOf(polled('----').runs))).toBeUndefined();
  });
});

it.each([
  ['AAABBB', false],
  // The workers of one server do not all change at the same moment.
  ['AAABABBB', false],
  ['ABABABABAB', true],
  ['AAABBBAAABBB', true],
])('tells keys that take turns from a rotation: %s', (keys, inTurns) => {
  expect(takesTurns(polled(keys).runs, 10)).toBe(inTurns);
});

describe('the lifetime of sessions', () => {
  const { runs } = polled('AAAAAAAAAABBB');
  const lifetime = (...offers: Offer[]) => lifetimeOf(offers, sightingsOf(runs));

  it('is enclosed by the ages at which they were honoured and declined', () => {
    expect(lifetime(offer('A', 0, 20, true), offer('A', 0, 40, false))).toEqual({ low: 19, high: 41 });
  });

  it('is not told by a decline after which the key was gone', () => {
    expect(lifetime(offer('A', 0, 20, true), offer('A', 0, 95, false))).toEqual({ low: 19, high: Infinity });
    expect(lifetime(offer('A', 0, 95, false))).toBeUndefined();
  });

  it('is not told by a young session that was declined, when older ones are honoured', () => {
    expect(lifetime(offer('A', 0, 60, true), offer('A', 40, 50, false))).toEqual({ low: 59, high: Infinity });
  });
});

describe('the grace of a key', () => {
  // A leaves between 20 and 31.
  const sightings = sightingsOf(polled('AAABBBBBBB').runs);

  it('is enclosed by the times at which its tickets were honoured and declined', () => {
    const offers = [offer('A', 0, 40, true), offer('A', 10, 60, false)];
    expect(graceOf(offers, sightings, undefined)).toEqual({ low: 9, high: 41 });
  });

  it('is none where the first is declined', () => {
    expect(graceOf([offer('A', 20, 32, false)], sightings, undefined)).toEqual({ low: 0, high: 13 });
  });

  it('is not told by a ticket that was too old anyway', () => {
    const tooOld = offer('A', 0, 1200, false, 1);
    expect(graceOf([tooOld], sightings, undefined)).toBeUndefined();
    expect(graceOf([offer('A', 0, 60, false)], sightings, { low: 50, high: 55 })).toBeUndefined();
  });

  it('is not told by tickets of a key that is in use', () => {
    expect(graceOf([offer('B', 40, 60, true)], sightings, undefined)).toBeUndefined();
  });
});

it('takes the age of a chain from its full handshake, and the oldest of several', () => {
  const log = new AddressLog();
  log.beginChain(at(0));
  log.goOn(at(10), { honoured: true, renewed: true });
  log.goOn(at(30), { honoured: true, renewed: true });
  log.goOn(at(50), { honoured: false, renewed: false });
  log.beginChain(at(60));
  log.goOn(at(70), { honoured: true, renewed: true });
  expect(oldestChain(log.chains)).toEqual({ low: 29, high: 51, renewals: 2 });
  expect(oldestChain([])).toBeUndefined();
});
