import type { RunRecord } from '../../../src/domain/run-record.ts';
import type { seededRandom } from '../../../src/stats/random.ts';

type Random = ReturnType<typeof seededRandom>;

type Path = readonly (string | number)[];

/** Values that a field may hold after damage, each of which some check must notice or some renderer bear. */
const STRANGE: readonly unknown[] = [
  ...[null, -1, 0, 0.5, 1e300, 2 ** 53, '', 'x', '\u202E<b>', true, [], {}, [null], { a: 1 }],
  ...['AAAA', 'HISTFAAAAAB42pNpmSzMwMDAxQABzFCaEUoz2X+AsQAxkQI/', '9'.repeat(40)],
];

/** The paths of all values of a record, but for those of what no report shows. */
const pathsIn = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? [
        path,
        ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, Array.isArray(value) ? Number(key) : key])),
      ]
    : [path];

const pick = <Value>(random: Random, values: readonly Value[]): Value => {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined && values.length === 0) throw new RangeError('nothing to pick from');
  return value as Value;
};

/** A copy with one value replaced, deleted or doubled, or with letters of a text changed. */
export const damaged = (run: RunRecord, random: Random): unknown => {
  const copy = JSON.parse(JSON.stringify(run)) as Record<string | number, unknown>;
  const path = pick(random, pathsIn(copy).slice(1));
  const parent = path.slice(0, -1).reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], copy);
  change(parent as Record<string | number, unknown>, path.at(-1) ?? '', random);
  return copy;
};

const change = (parent: Record<string | number, unknown>, key: string | number, random: Random): void => {
  const value = parent[key];
  const way = random();
  if (way < 0.2) Reflect.deleteProperty(parent, key);
  else if (way < 0.45 && typeof value === 'string' && value !== '') parent[key] = withOtherLetter(value, random);
  else if (way < 0.6 && typeof value === 'number') parent[key] = pick(random, [-value, value + 1, value * 1e6, value / 3]);
  else if (way < 0.65 && Array.isArray(value)) parent[key] = [...(value as unknown[]), ...(value as unknown[])];
  else parent[key] = pick(random, STRANGE);
};

const withOtherLetter = (text: string, random: Random): string => {
  const at = Math.floor(random() * text.length);
  return `${text.slice(0, at)}${pick(random, ['A', '9', '/', 'x', '-', ''])}${text.slice(at + 1)}`;
};
