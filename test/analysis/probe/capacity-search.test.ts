import { describe, expect, it } from 'vitest';
import { CapacitySearch, MOST_BEYOND_LIMIT } from '../../../src/analysis/probe/capacity-search.ts';
import { seededRandom } from '../../../src/stats/random.ts';

interface Cache {
  readonly capacity: number;
  /** An honoured session becomes the newest, stays where it is, or is replaced by a new one. */
  readonly onUse: 'refreshes' | 'keeps' | 'replaces';
  /** Sessions that a full handshake gives; the client keeps the last one. */
  readonly perHandshake: number;
}

/** Lets a search find the capacity of a simulated cache. @returns the search, and the handshakes that it took. */
const searched = (limit: number, { capacity, onUse, perHandshake }: Cache): { search: CapacitySearch; handshakes: number } => {
  const search = new CapacitySearch(limit);
  const cached: number[] = [];
  const sessions = new Map<number, number>();
  let serial = 0;
  const insert = (count: number): number => {
    for (let i = 0; i < count; i++) cached.push(serial++);
    cached.splice(0, Math.max(0, cached.length - capacity));
    return serial - 1;
  };
  let handshakes = 0;
  for (let step = search.next; step.kind !== 'done'; step = search.next) {
    handshakes += 1;
    if (step.kind === 'make') {
      sessions.set(search.made, insert(perHandshake));
      search.noteMade(perHandshake);
      continue;
    }
    const session = sessions.get(step.index) ?? -1;
    const place = cached.indexOf(session);
    if (place === -1) insert(perHandshake);
    else if (onUse !== 'keeps') {
      cached.splice(place, 1);
      if (onUse === 'refreshes') cached.push(session);
      else insert(1);
    }
    search.noteOffered(step.index, place !== -1, place === -1 ? perHandshake : onUse === 'replaces' ? 1 : 0);
  }
  return { search, handshakes };
};

const LIMIT = 20_000;

describe('the search for the capacity of a cache', () => {
  it('encloses it, whatever the cache does with a session that is used', () => {
    const random = seededRandom(3);
    for (let i = 0; i < 60; i++) {
      const cache = {
        capacity: Math.round(Math.exp(random() * Math.log(3000))),
        onUse: (['refreshes', 'keeps', 'replaces'] as const)[i % 3] ?? 'keeps',
        perHandshake: i % 3 === 2 ? 2 : 1,
      };
      const { search } = searched(LIMIT, cache);
      expect([search.least <= cache.capacity, search.most >= cache.capacity, search.isSharp, cache]).toEqual([
        true,
        true,
        true,
        cache,
      ]);
      // Each session that was honoured leaves one open, and so does each second session of a handshake.
      expect(search.most - search.least).toBeLessThan(cache.perHandshake === 1 ? 8 : 25);
    }
  });

  it('makes no more sessions than about twice the capacity', () => {
    const { search, handshakes } = searched(LIMIT, { capacity: 300, onUse: 'keeps', perHandshake: 1 });
    expect(search.most - search.least).toBeLessThan(8);
    expect(handshakes).toBeLessThan(512 + MOST_BEYOND_LIMIT);
  });

  it('says what the limit excludes where the oldest session is still there', () => {
    const { search } = searched(1000, { capacity: 5000, onUse: 'keeps', perHandshake: 1 });
    expect(search).toMatchObject({ least: 1000, most: Number.POSITIVE_INFINITY, made: 1005 });
  });

  it('finds a cache that keeps none, and one that keeps just one', () => {
    expect(searched(LIMIT, { capacity: 0, onUse: 'keeps', perHandshake: 1 }).search).toMatchObject({ least: 0, most: 0 });
    expect(searched(LIMIT, { capacity: 1, onUse: 'keeps', perHandshake: 1 }).search).toMatchObject({ least: 1, most: 1 });
  });

  it('keeps few of many sessions, and still encloses the capacity closely', () => {
    const { search } = searched(60_000, { capacity: 25_000, onUse: 'keeps', perHandshake: 1 });
    expect(search.least).toBeLessThanOrEqual(25_000);
    expect(search.most).toBeGreaterThanOrEqual(25_000);
    expect(search.most - search.least).toBeLessThan(100);
  });

  it('claims no sharp limit of a cache that drops sessions at random', () => {
    const random = seededRandom(5);
    let unsharp = 0;
    for (let i = 0; i < 20; i++) {
      const search = new CapacitySearch(2000);
      for (let step = search.next; step.kind !== 'done'; step = search.next) {
        if (step.kind === 'make') search.noteMade(1);
        else search.noteOffered(step.index, random() < 0.5, 1);
      }
      unsharp += search.isSharp ? 0 : 1;
    }
    expect(unsharp).toBeGreaterThan(15);
  });
});
