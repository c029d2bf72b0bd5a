import * as hdr from 'hdr-histogram-js';
import { bucketOf, MOST_COUNTS, valueAt, visitBuckets, type BucketVisitor } from './hdr-encoding.ts';

/** 0.1%: at 1 ms a step is below 1 us, far under any effect that is judged. */
const SIGNIFICANT_DIGITS = 3;

/** One hour in ns. A longer handshake is counted at this value, and `max` is still exact. */
const HIGHEST_NS = 3_600_000_000_000;

/** A sum of many large durations is beyond 2^53, where it is rounded. */
const ROUNDING = 1e-9;

/** A histogram as it stands in a result file: the encoding loses the exact extremes and the sum, so they stand beside it. */
export interface EncodedHistogram {
  readonly count: number;
  readonly minNs: number | null;
  readonly maxNs: number | null;
  readonly sumNs: number;
  /** HdrHistogram V2, compressed, base64; empty when nothing was recorded. */
  readonly hdr: string;
}

/** One line of an HdrHistogram log. */
export interface HistogramLogEntry {
  readonly tag: string;
  readonly startUnixMs: number;
  readonly endUnixMs: number;
  readonly histogram: LatencyHistogram;
}

/**
 * An HDR histogram of durations in integer ns with exact minimum, maximum and mean.
 *
 * Merging is lossless. An empty histogram has no quantiles: `undefined`, never 0.
 */
export class LatencyHistogram {
  readonly #hdr: hdr.Histogram;
  #count = 0;
  #minNs = Number.POSITIVE_INFINITY;
  #maxNs = 0;
  #sumNs = 0;

  constructor(buckets: hdr.Histogram = emptyHdr()) {
    this.#hdr = buckets;
  }

  /** Merges many into a new one. */
  static merged(histograms: Iterable<LatencyHistogram>): LatencyHistogram {
    const sum = new LatencyHistogram();
    for (const histogram of histograms) sum.add(histogram);
    return sum;
  }

  /**
   * Decodes a histogram.
   *
   * @throws RangeError when it is damaged, or its parts contradict each other.
   */
  static decode(encoded: EncodedHistogram): LatencyHistogram {
    return LatencyHistogram.decodedSum([encoded]);
  }

  /**
   * Decodes many into their sum: bucket by bucket, as a histogram of its own for each would take 135 kB and a walk over all buckets
   * there are.
   *
   * @throws RangeError when one is damaged, or its parts contradict each other.
   */
  static decodedSum(parts: Iterable<EncodedHistogram>): LatencyHistogram {
    const sum = new LatencyHistogram();
    const totals = new Float64Array(MOST_COUNTS);
    const add: BucketVisitor = (index, count) => {
      totals[index] = (totals[index] ?? 0) + count;
    };
    for (const part of parts) {
      checkHistogram(part, add);
      sum.#count += part.count;
      sum.#sumNs += part.sumNs;
      sum.#minNs = Math.min(sum.#minNs, part.minNs ?? Number.POSITIVE_INFINITY);
      sum.#maxNs = Math.max(sum.#maxNs, part.maxNs ?? 0);
    }
    sum.#recordBuckets(totals);
    return sum;
  }

  /** The extremes are exact in everything that is written of it: they stand for the buckets that they are in. */
  #recordBuckets(totals: Float64Array): void {
    const [least, most] = [kept(this.#minNs), kept(this.#maxNs)];
    const last = bucketOf(most);
    for (let index = 0; index < totals.length; index++) {
      const count = totals[index] ?? 0;
      if (count === 0) continue;
      const ns = valueAt(index);
      this.#hdr.recordValueWithCount(ns === last ? most : Math.max(ns, least), count);
    }
  }

  get count(): number {
    return this.#count;
  }

  get minNs(): number | undefined {
    return this.#count === 0 ? undefined : this.#minNs;
  }

  get maxNs(): number | undefined {
    return this.#count === 0 ? undefined : this.#maxNs;
  }

  get meanNs(): number | undefined {
    return this.#count === 0 ? undefined : this.#sumNs / this.#count;
  }

  /**
   * Records one duration.
   *
   * @param ns a whole number of at least 0. hdr-histogram-js takes NaN in silence and breaks later, so anything else throws here.
   * @throws RangeError when `ns` is not a whole number of at least 0.
   */
  record(ns: number): void {
    if (!Number.isSafeInteger(ns) || ns < 0)
      throw new RangeError(`a duration must be whole nanoseconds, but it is ${String(ns)}`);
    this.#hdr.recordValue(kept(ns));
    this.#count += 1;
    this.#sumNs += ns;
    if (ns < this.#minNs) this.#minNs = ns;
    if (ns > this.#maxNs) this.#maxNs = ns;
  }

  /**
   * The value below or at which the fraction `p` of the durations lies.
   *
   * @param p a fraction from 0 to 1. 0 and 1 give the exact extremes.
   */
  quantileNs(p: number): number | undefined {
    if (this.#count === 0) return undefined;
    if (p <= 0) return this.#minNs;
    if (p >= 1) return this.#maxNs;
    // A bucket's upper edge can lie beyond what was seen.
    return Math.min(Math.max(this.#hdr.getValueAtPercentile(p * 100), this.#minNs), this.#maxNs);
  }

  /** Returns the fraction of the durations up to a limit, within the histogram's precision; 0 when there are none. */
  shareAtMost(ns: number): number {
    if (this.#count === 0 || ns < this.#minNs) return 0;
    // The rank is looked for by halves: quantiles go up with it.
    let [within, beyond] = [0, this.#count + 1];
    while (beyond - within > 1) {
      const rank = Math.floor((within + beyond) / 2);
      if ((this.quantileNs(rank / this.#count) ?? 0) <= ns) within = rank;
      else beyond = rank;
    }
    return within / this.#count;
  }

  add(other: LatencyHistogram): void {
    if (other.#count === 0) return;
    this.#hdr.add(other.#hdr);
    this.#count += other.#count;
    this.#sumNs += other.#sumNs;
    this.#minNs = Math.min(this.#minNs, other.#minNs);
    this.#maxNs = Math.max(this.#maxNs, other.#maxNs);
  }

  /** Forgets everything, keeping the memory. */
  reset(): void {
    this.#hdr.reset();
    this.#count = 0;
    this.#minNs = Number.POSITIVE_INFINITY;
    this.#maxNs = 0;
    this.#sumNs = 0;
  }

  /** Takes milliseconds: not for use inside a measured window. */
  encode(): EncodedHistogram {
    return {
      count: this.#count,
      minNs: this.minNs ?? null,
      maxNs: this.maxNs ?? null,
      sumNs: this.#sumNs,
      hdr: this.#count === 0 ? '' : hdr.encodeIntoCompressedBase64(this.#hdr),
    };
  }

  /** The percentile distribution that HdrHistogram's plotters read (`.hgrm`), values in ms. */
  percentileText(): string {
    return this.#hdr.outputPercentileDistribution(5, 1e6);
  }

  /** Writes an HdrHistogram log, format 1.3, in ns: `HistogramLogProcessor` and the analysers read it. */
  static log(comment: string, startUnixMs: number, entries: Iterable<HistogramLogEntry>): string {
    const lines: string[] = [];
    const writer = new hdr.HistogramLogWriter((text) => {
      lines.push(text);
    });
    writer.outputLogFormatVersion();
    writer.outputComment(comment);
    lines.push(`#[StartTime: ${(startUnixMs / 1000).toFixed(3)} (seconds since epoch)]\n`);
    writer.outputLegend();
    for (const { tag, startUnixMs: start, endUnixMs: end, histogram } of entries) {
      if (/[\s,]/u.test(tag)) throw new RangeError(`a histogram tag must have no comma and no space, but it is "${tag}"`);
      const line = histogram.#hdr;
      line.tag = tag;
      line.startTimeStampMsec = start;
      line.endTimeStampMsec = end;
      writer.outputIntervalHistogram(line, undefined, undefined, 1e6);
    }
    return lines.join('');
  }
}

/**
 * Checks that a histogram can be decoded, and that everything beside its buckets agrees with them. An empty one has none.
 *
 * @param visit is called for each bucket, also of a histogram that then proves to be damaged.
 * @throws RangeError when it is damaged, or its parts contradict each other.
 */
export const checkHistogram = (
  { count, minNs, maxNs, sumNs, hdr: text }: EncodedHistogram,
  visit: BucketVisitor = () => undefined,
): void => {
  if (count === 0 && minNs === null && maxNs === null && sumNs === 0) return;
  let [lowest, highest, total] = [Number.NaN, Number.NaN, 0];
  visitBuckets(text, (index, durations) => {
    if (total === 0) lowest = index;
    highest = index;
    total += durations;
    visit(index, durations);
  });
  const [leastNs, mostNs] = [valueAt(lowest), valueAt(highest)];
  if (minNs === null || maxNs === null || leastNs !== bucketOf(kept(minNs)) || mostNs !== bucketOf(kept(maxNs)))
    throw new RangeError('its extremes are not those of its buckets');
  if (total !== count) throw new RangeError('its count is not that of its buckets');
  if (sumNs < count * minNs * (1 - ROUNDING) || sumNs > count * maxNs * (1 + ROUNDING))
    throw new RangeError('its sum is not that of such durations');
};

/** The value under which a duration is counted. */
const kept = (ns: number): number => Math.min(Math.max(ns, 1), HIGHEST_NS);

const emptyHdr = (): hdr.Histogram =>
  hdr.build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_NS,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
    useWebAssembly: false,
  });
