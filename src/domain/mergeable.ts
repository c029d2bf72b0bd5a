import { CoarseHistogram, type EncodedCoarseHistogram } from '../stats/coarse-histogram.ts';
import { checkHistogram, LatencyHistogram, type EncodedHistogram } from '../stats/histogram.ts';
import { z } from './zod.ts';

/** Counts one quantity where it arises, and gives it as plain data. */
export interface Counter<Value> {
  report(): Value;
}

/**
 * A quantity that is counted in parts (threads, machines, blocks) and put together without loss:
 * merging is associative, and the order of the parts does not matter.
 */
export interface Mergeable<Value = unknown, Own extends Counter<Value> = Counter<Value>> {
  /** Its form in a message. The buckets of histograms are decoded when it is merged. */
  readonly schema: z.ZodType<Value>;
  /** Its form in a result file, which may be damaged: the buckets are decoded there and then, so that a flaw is found where it is. */
  readonly fileSchema: z.ZodType<Value>;
  /** Starts counting from nothing. */
  counter(): Own;
  /** @param parts none gives the value of nothing counted. */
  merge(parts: readonly Value[]): Value;
}

export type ValueOf<Quantity> = Quantity extends Mergeable<infer Value> ? Value : never;
type CounterOf<Quantity> = Quantity extends { counter(): infer Own } ? Own : never;

type Fields = Readonly<Record<string, Mergeable>>;
type ValuesOf<Of extends Fields> = { readonly [Name in keyof Of]: ValueOf<Of[Name]> };
type CountersOf<Of extends Fields> = { readonly [Name in keyof Of]: CounterOf<Of[Name]> };
/** Nothing is hidden in it. */
const plain = <Value>(schema: z.ZodType<Value>) => ({ schema, fileSchema: schema });

type SchemasOf<Of extends Fields> = { readonly [Name in keyof Of]: z.ZodType<ValueOf<Of[Name]>> };

const whole = z.int().nonnegative();

/** A number of things, or of ns or bytes. */
export class Sum implements Counter<number> {
  #total = 0;

  add(amount = 1): void {
    this.#total += amount;
  }

  report(): number {
    return this.#total;
  }
}

export const sum = (): Mergeable<number, Sum> => ({
  ...plain(whole),
  counter: () => new Sum(),
  merge: (parts) => parts.reduce((total, part) => total + part, 0),
});

/** A quantity that older files do not have: nothing of it was counted there. */
export const addedLater = <Value, Own extends Counter<Value>>(quantity: Mergeable<Value, Own>): Mergeable<Value, Own> => ({
  ...quantity,
  fileSchema: quantity.fileSchema.optional().transform((value) => value ?? quantity.merge([])),
});

export type Counts<Key extends string> = string extends Key
  ? Readonly<Record<string, number>>
  : Readonly<Partial<Record<Key, number>>>;

/** Numbers of things by their kind; a kind that never came up is left out. */
export class SumByKey<Key extends string> implements Counter<Counts<Key>> {
  readonly #totals: Partial<Record<Key, number>> = {};

  add(key: Key): void {
    this.#totals[key] = (this.#totals[key] ?? 0) + 1;
  }

  report(): Counts<Key> {
    return this.#totals as Counts<Key>;
  }
}

/** @param keys the schema of a key. */
export const sumByKey = <Key extends string>(keys: z.ZodType<Key, Key>): Mergeable<Counts<Key>, SumByKey<Key>> => ({
  ...plain(z.partialRecord(keys, whole) as unknown as z.ZodType<Counts<Key>>),
  counter: () => new SumByKey<Key>(),
  merge: (parts) => sumCounts(parts),
});

/** Adds up counts by their keys; keys that count nothing are left out. */
export const sumCounts = <Key extends string>(parts: readonly Counts<Key>[]): Counts<Key> => {
  const totals: Partial<Record<Key, number>> = {};
  for (const [key, value] of parts.flatMap((part) => Object.entries(part) as [Key, number][])) {
    if (value > 0) totals[key] = (totals[key] ?? 0) + value;
  }
  return totals as Counts<Key>;
};

/** The smallest (`Math.min`) or largest (`Math.max`) of some whole numbers; null of none. */
export class Extreme implements Counter<number | null> {
  readonly #choose: (a: number, b: number) => number;
  #value: number | null = null;

  constructor(choose: (a: number, b: number) => number) {
    this.#choose = choose;
  }

  include(value: number): void {
    this.#value = this.#value === null ? value : this.#choose(this.#value, value);
  }

  report(): number | null {
    return this.#value;
  }
}

export const least = (): Mergeable<number | null, Extreme> => extreme((a, b) => Math.min(a, b));
export const most = (): Mergeable<number | null, Extreme> => extreme((a, b) => Math.max(a, b));

const extreme = (choose: (a: number, b: number) => number): Mergeable<number | null, Extreme> => ({
  ...plain(whole.nullable()),
  counter: () => new Extreme(choose),
  merge: (parts) => parts.reduce((best, part) => (best === null || part === null ? (best ?? part) : choose(best, part)), null),
});

const histogramSchema = z.object({
  count: whole,
  minNs: whole.nullable(),
  maxNs: whole.nullable(),
  sumNs: z.number().nonnegative(),
  hdr: z.string(),
});

/** Finds what makes it impossible to decode a histogram. */
const decodableBy =
  <Encoded>(decode: (encoded: Encoded) => void) =>
  (encoded: Encoded, context: { addIssue: (issue: { code: 'custom'; message: string }) => void }): void => {
    try {
      decode(encoded);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      context.addIssue({ code: 'custom', message: `is no histogram: ${error.message}` });
    }
  };

/** Durations in ns. */
export class Durations extends LatencyHistogram implements Counter<EncodedHistogram> {
  report(): EncodedHistogram {
    return this.encode();
  }
}

export const durations = (): Mergeable<EncodedHistogram, Durations> => ({
  schema: histogramSchema,
  fileSchema: histogramSchema.superRefine(decodableBy(checkHistogram)),
  counter: () => new Durations(),
  // Encoding takes milliseconds: what is alone stays as it is.
  merge: ([first, ...others]) => {
    if (first !== undefined && others.length === 0) return first;
    return LatencyHistogram.decodedSum(first === undefined ? [] : [first, ...others]).encode();
  },
});

const coarseSchema = z.object({ count: whole, maxNs: whole.nullable(), steps: z.string() });

/** Durations in ns within 1.1 %, in little memory. */
export class CoarseDurations extends CoarseHistogram implements Counter<EncodedCoarseHistogram> {
  report(): EncodedCoarseHistogram {
    return this.encode();
  }
}

export const coarseDurations = (): Mergeable<EncodedCoarseHistogram, CoarseDurations> => ({
  schema: coarseSchema,
  fileSchema: coarseSchema.superRefine(decodableBy((encoded) => CoarseHistogram.decode(encoded))),
  counter: () => new CoarseDurations(),
  merge: (parts) => {
    const merged = new CoarseHistogram();
    for (const part of parts) merged.add(CoarseHistogram.decode(part));
    return merged.encode();
  },
});

/** Several quantities together, each under its name. */
export interface Group<Of extends Fields> extends Mergeable<ValuesOf<Of>, GroupCounter<Of>> {
  /** The schemas of its fields in a file, to be part of a larger object. */
  readonly fileShape: SchemasOf<Of>;
}

type GroupCounter<Of extends Fields> = CountersOf<Of> & Counter<ValuesOf<Of>>;

export const group = <const Of extends Fields>(fields: Of): Group<Of> => {
  const fileShape = mapped(fields, ({ fileSchema }) => fileSchema) as SchemasOf<Of>;
  return {
    fileShape,
    schema: z.object(mapped(fields, ({ schema }) => schema)) as unknown as z.ZodType<ValuesOf<Of>>,
    fileSchema: z.object(fileShape) as unknown as z.ZodType<ValuesOf<Of>>,
    counter: () => {
      const counters = mapped(fields, (field) => field.counter());
      const report = (): ValuesOf<Of> => mapped(counters, (counter) => counter.report()) as ValuesOf<Of>;
      return { ...counters, report } as GroupCounter<Of>;
    },
    merge: (parts) => mapped(fields, (field, name) => field.merge(parts.map((part) => part[name]))) as ValuesOf<Of>,
  };
};

const mapped = <Of extends Readonly<Record<string, unknown>>, Result>(
  fields: Of,
  change: (field: Of[keyof Of], name: keyof Of & string) => Result,
): Record<keyof Of & string, Result> => {
  const names = Object.keys(fields) as (keyof Of & string)[];
  return Object.fromEntries(names.map((name) => [name, change(fields[name], name)])) as Record<keyof Of & string, Result>;
};

/** Counts a quantity that may not arise at all: null until it begins. */
export class OptionalCounter<Value, Own extends Counter<Value>> implements Counter<Value | null> {
  readonly #make: () => Own;
  #own: Own | undefined;

  constructor(make: () => Own) {
    this.#make = make;
  }

  /** Begins to count, if nothing was counted yet. @returns the quantity's own counter. */
  begin(): Own {
    this.#own ??= this.#make();
    return this.#own;
  }

  report(): Value | null {
    return this.#own === undefined ? null : this.#own.report();
  }
}

/** A quantity that is null where it did not arise. */
export const optional = <Value, Own extends Counter<Value>>(
  quantity: Mergeable<Value, Own>,
): Mergeable<Value | null, OptionalCounter<Value, Own>> => ({
  schema: quantity.schema.nullable(),
  fileSchema: quantity.fileSchema.nullable(),
  counter: () => new OptionalCounter(() => quantity.counter()),
  merge: (parts) => {
    const present = parts.filter((part): part is Value => part !== null);
    return present.length === 0 ? null : quantity.merge(present);
  },
});

/** Counts a quantity in each of the intervals that follow one another. */
export class SeriesCounter<Value, Own extends Counter<Value>> implements Counter<readonly Value[]> {
  readonly #quantity: Mergeable<Value, Own>;
  readonly #intervals: (Own | undefined)[] = [];

  constructor(quantity: Mergeable<Value, Own>) {
    this.#quantity = quantity;
  }

  /** Returns the counter of an interval, from 0. */
  at(index: number): Own {
    const existing = this.#intervals[index];
    if (existing !== undefined) return existing;
    const counter = this.#quantity.counter();
    // Without holes, which would make the array a slow one.
    while (this.#intervals.length < index) this.#intervals.push(undefined);
    this.#intervals[index] = counter;
    return counter;
  }

  report(): readonly Value[] {
    return this.#intervals.map((counter) => counter?.report() ?? this.#quantity.merge([]));
  }
}

/** A quantity over time: its values in intervals of one length, from the first to the last in which anything was counted. */
export const series = <Value, Own extends Counter<Value>>(
  quantity: Mergeable<Value, Own>,
): Mergeable<readonly Value[], SeriesCounter<Value, Own>> => ({
  schema: z.array(quantity.schema),
  fileSchema: z.array(quantity.fileSchema),
  counter: () => new SeriesCounter(quantity),
  merge: (parts) =>
    Array.from({ length: Math.max(0, ...parts.map(({ length }) => length)) }, (_, index) =>
      quantity.merge(parts.flatMap((part) => (index < part.length ? [part[index] as Value] : []))),
    ),
});
