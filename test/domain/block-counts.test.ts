import { describe, expect, it } from 'vitest';
import { BLOCK_COUNTS, type BlockCounts } from '../../src/domain/block-counts.ts';
import { addedLater, group, sum, sumByKey } from '../../src/domain/mergeable.ts';
import { z } from '../../src/domain/zod.ts';
import { LatencyHistogram, type EncodedHistogram } from '../../src/stats/histogram.ts';
import { seededRandom, type Random } from '../../src/stats/random.ts';

/** The counts of some handshakes, with everything in them or not, as chance will have it. */
const drawn = (random: Random): BlockCounts => {
  const counter = BLOCK_COUNTS.counter();
  const some = (): number => Math.floor(random() * 20);
  counter.handshakes.add(some());
  counter.bytesIn.add(some());
  for (let i = some(); i > 0; i--) {
    counter.handshakeNs.record(Math.floor(random() * 1e9));
    counter.errors.add(random() < 0.5 ? 'refused' : 'reset');
    counter.declined.add(random() < 0.5 ? 'refused' : 'expired');
  }
  if (random() < 0.5) {
    const { afterNs, leastBytes, mostBytes } = counter.tickets.begin();
    for (let i = some(); i > 0; i--) {
      afterNs.record(some());
      leastBytes.include(some());
      mostBytes.include(some());
    }
  }
  if (random() < 0.5) counter.schedule.begin().due.add(some());
  return counter.report();
};

/** The encoding may differ where the content does not. */
const decoded = (counts: BlockCounts) =>
  JSON.stringify(counts, (_, value: unknown) => (isHistogram(value) ? facts(value) : value));

const isHistogram = (value: unknown): value is EncodedHistogram => typeof value === 'object' && value !== null && 'hdr' in value;

const facts = (encoded: EncodedHistogram) => {
  const histogram = LatencyHistogram.decode(encoded);
  const { count, minNs, maxNs, meanNs } = histogram;
  return { count, minNs, maxNs, meanNs, quantiles: [0.1, 0.5, 0.9, 0.99].map((p) => histogram.quantileNs(p)) };
};

describe('merging', () => {
  it.each(Array.from({ length: 30 }, (_, seed) => seed))('is associative, with nothing as its neutral part (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const [a, b, c] = [drawn(random), drawn(random), drawn(random)];
    const merge = (parts: readonly BlockCounts[]): BlockCounts => BLOCK_COUNTS.merge(parts);
    const all = decoded(merge([a, b, c]));
    expect(decoded(merge([merge([a, b]), c]))).toBe(all);
    expect(decoded(merge([a, merge([b, c])]))).toBe(all);
    expect(decoded(merge([merge([]), a, b, c]))).toBe(all);
    expect(decoded(merge([a]))).toBe(decoded(a));
  });

  it('is as if everything had been counted in one place', () => {
    const parts = [BLOCK_COUNTS.counter(), BLOCK_COUNTS.counter()];
    const whole = BLOCK_COUNTS.counter();
    for (let i = 0; i < 1000; i++) {
      for (const counter of [parts[i % 2], whole]) {
        counter?.handshakeNs.record(i * 1000);
        counter?.mechanisms.add(i % 3 === 0 ? 'ticket' : 'session-id');
        counter?.tickets.begin().leastLifetimeS.include(1000 - i);
      }
    }
    expect(decoded(BLOCK_COUNTS.merge(parts.map((part) => part.report())))).toBe(decoded(whole.report()));
  });

  it('leaves null what no part has', () => {
    expect(BLOCK_COUNTS.merge([])).toMatchObject({ handshakes: 0, errors: {}, schedule: null, tickets: null, firstByte: null });
  });
});

it('decodes what it reports, and refuses anything else', () => {
  const counts = drawn(seededRandom(1));
  const sent: unknown = JSON.parse(JSON.stringify(counts));
  expect(BLOCK_COUNTS.schema.parse(sent)).toEqual(counts);
  expect(BLOCK_COUNTS.schema.safeParse({ ...counts, honoured: -1 }).success).toBe(false);
  expect(BLOCK_COUNTS.schema.safeParse({ ...counts, declined: { nonsense: 1 } }).success).toBe(false);
});

it('counts nothing of a quantity that an older file does not have', () => {
  const { fileSchema } = group({ old: sum(), added: addedLater(sumByKey(z.string())) });
  expect(fileSchema.parse({ old: 1 })).toEqual({ old: 1, added: {} });
  expect(fileSchema.safeParse({ added: {} }).success).toBe(false);
});

it('finds a damaged histogram where a file has it, and that of a message when it is merged', () => {
  const counts = drawn(seededRandom(1));
  const damaged = { ...counts, handshakeNs: { ...counts.handshakeNs, hdr: 'AAAAAAAAAAAAAAAA' } };
  expect(BLOCK_COUNTS.fileSchema.parse(counts)).toEqual(counts);
  const flaws = BLOCK_COUNTS.fileSchema.safeParse(damaged).error?.issues.map(({ path, message }) => [path, message]);
  expect(flaws).toEqual([[['handshakeNs'], 'is no histogram: it holds no compressed histogram']]);
  expect(BLOCK_COUNTS.schema.parse(damaged)).toEqual(damaged);
  expect(() => BLOCK_COUNTS.merge([counts, damaged])).toThrow(RangeError);
});
