import { inflateSync } from 'node:zlib';

/** Takes the place of a bucket among all buckets, and how many durations it holds. */
export type BucketVisitor = (index: number, count: number) => void;

/** Two significant buckets' worth of steps at three digits: 2 * 10^3, rounded up to a power of two. */
const SUB_BUCKETS = 2048;
const HALF = SUB_BUCKETS / 2;

/** Buckets of three digits up to one hour in ns: (32 doublings + 1) half buckets. */
export const MOST_COUNTS = 33 * HALF;

const HEADER_BYTES = 40;
/** A count takes at most nine bytes: more than this is no histogram of ours, whatever it inflates to. */
const MOST_BYTES = HEADER_BYTES + 9 * MOST_COUNTS;

const COMPRESSED_COOKIE = 0x1c849304;
const COOKIE = 0x1c849303;

/**
 * Visits the buckets, from the lowest, of a histogram in HdrHistogram's V2 encoding, compressed, in
 * base64, of the kind that {@link LatencyHistogram} writes: from 1 ns on, at three significant
 * digits. An object for each bucket would take longer than all the rest.
 *
 * Our own reader, as a file may be damaged or made to do harm: the library's takes any size and
 * any index. Nothing beyond {@link MOST_BYTES} is inflated.
 *
 * @see https://github.com/HdrHistogram/HdrHistogram (AbstractHistogram, `encodeIntoByteBuffer`)
 * @throws RangeError for anything else.
 */
export const visitBuckets = (base64: string, visit: BucketVisitor): void => {
  const bytes = inflated(Buffer.from(base64, 'base64'));
  if (bytes.length < HEADER_BYTES || cookieOf(bytes) !== COOKIE) throw new RangeError('it holds no histogram');
  if (bytes.readInt32BE(12) !== 3 || bytes.readBigInt64BE(16) !== 1n) throw new RangeError('it has another precision');
  if (bytes.readInt32BE(4) !== bytes.length - HEADER_BYTES) throw new RangeError('it is cut short');
  visitPayload(bytes.subarray(HEADER_BYTES), visit);
};

/** Returns the lowest value of the bucket that a duration falls into. */
export const bucketOf = (ns: number): number => {
  let step = 1;
  while (ns / step >= SUB_BUCKETS) step *= 2;
  return Math.floor(ns / step) * step;
};

const inflated = (bytes: Buffer): Buffer => {
  if (bytes.length < 8 || cookieOf(bytes) !== COMPRESSED_COOKIE) throw new RangeError('it holds no compressed histogram');
  try {
    return inflateSync(bytes.subarray(8, 8 + bytes.readInt32BE(4)), { maxOutputLength: MOST_BYTES });
  } catch {
    throw new RangeError('it cannot be decompressed');
  }
};

/** The cookie without the word size, which the encoding of the counts tells. */
const cookieOf = (bytes: Buffer): number => bytes.readInt32BE(0) & ~0xf0;

/** A negative number stands for so many empty buckets. */
const visitPayload = (payload: Buffer, visit: BucketVisitor): void => {
  const words = new Words(payload);
  for (let index = 0; !words.isAtEnd;) {
    const word = words.next();
    if (word > 0) visit(index, word);
    index += word < 0 ? -word : 1;
    if (index > MOST_COUNTS) throw new RangeError('it holds durations beyond an hour');
  }
};

/** The lowest value of each half bucket's first step, and the steps: a power for each bucket would take longer than all the rest. */
const STEPS = Array.from({ length: MOST_COUNTS / HALF }, (_, half) => 2 ** Math.max(0, half - 1));

/** Returns the lowest value of the bucket with an index. Each bucket but the first is half as long: its lower half is the one before it. */
export const valueAt = (index: number): number =>
  index < SUB_BUCKETS ? index : (HALF + (index % HALF)) * (STEPS[Math.floor(index / HALF)] ?? Number.NaN);

/** Reads ZigZag LEB128 words of at most nine bytes, the last of which has all its eight bits. */
class Words {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** @throws RangeError when a word is cut short or beyond 2^53. */
  next(): number {
    // Nearly all words are one byte.
    const byte = this.#bytes[this.#at] ?? Number.NaN;
    if (byte < 0x80) {
      this.#at += 1;
      return (byte >> 1) ^ -(byte & 1);
    }
    return this.#longWord();
  }

  #longWord(): number {
    let raw = 0;
    for (let i = 0; i < 9; i++) {
      const byte = this.#bytes[this.#at++] ?? Number.NaN;
      const isLast = i === 8 || byte < 0x80;
      raw += (isLast ? byte : byte - 0x80) * 2 ** (7 * i);
      if (isLast) break;
    }
    if (!Number.isSafeInteger(raw)) throw new RangeError('its counts are damaged');
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
  }
}
