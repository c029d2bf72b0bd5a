import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/stats/random.ts';
import { Deadlines } from '../../../src/target/reference/libssl/deadlines.ts';
import { UsedTickets } from '../../../src/target/reference/libssl/used-tickets.ts';

describe('connections that are held', () => {
  it('fall due in the order of their times, whatever the order in which they came', () => {
    const random = seededRandom(5);
    const deadlines = new Deadlines();
    const times = Array.from({ length: 500 }, () => Math.floor(random() * 1e6));
    for (const [fd, dueNs] of times.entries()) deadlines.add(fd, dueNs);
    const taken: number[] = [];
    while (deadlines.nextNs !== Infinity) {
      expect(deadlines.takeDue(deadlines.nextNs - 1)).toBeUndefined();
      const fd = deadlines.takeDue(deadlines.nextNs);
      taken.push(times[fd ?? -1] ?? Number.NaN);
    }
    expect(taken).toEqual(times.toSorted((a, b) => a - b));
    expect(deadlines.takeDue(Infinity)).toBeUndefined();
  });
});

describe('single-use tickets', () => {
  it('serve once each, in any order, and a number that was never given serves not at all', () => {
    const tickets = new UsedTickets();
    const serials = Array.from({ length: 50_000 }, () => tickets.next());
    for (const serial of serials.toReversed()) expect(tickets.use(serial)).toBe(true);
    for (const serial of [1, 8191, 8192, 50_000]) expect(tickets.use(serial)).toBe(false);
    for (const serial of [0, -1, 50_001]) expect(tickets.use(serial)).toBe(false);
  });
});
