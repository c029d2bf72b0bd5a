import { expect, it } from 'vitest';
import { ProcessAccount, usedBetween } from '../../src/cpu/process-account.ts';
import type { ProcessReading } from '../../src/cpu/processes.ts';

const MS = 1e6;

const reading = (
  pid: number,
  change: Partial<ProcessReading> & { readonly threads?: Readonly<Record<string, number>> },
): ProcessReading => {
  const { threads = { [pid]: 0 }, ...rest } = change;
  return {
    pid,
    key: `${String(pid)}/1`,
    parent: 1,
    threadsNs: new Map(Object.entries(threads).map(([thread, ms]) => [thread, ms * MS])),
    ownNs: Math.floor(Object.values(threads).reduce((a, b) => a + b, 0) / 10) * 10 * MS,
    waitedNs: 0,
    ignoresChildren: false,
    ...rest,
  };
};

/** CPU time in ms between the first and the last of some readings of a server whose root is process 100. */
const used = (...trees: readonly (readonly ProcessReading[])[]) => {
  const account = new ProcessAccount([100]);
  const readings = trees.map((tree) => account.take(tree));
  const [first, last] = [readings[0], readings.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('no reading');
  return { ms: usedBetween(first, last) / MS, lost: last.lost };
};

it('takes the exact times of threads while none ends', () => {
  const before = [reading(100, { threads: { 100: 5.5 } }), reading(101, { parent: 100, threads: { 101: 71.25, 102: 9 } })];
  const after = [reading(100, { threads: { 100: 6 } }), reading(101, { parent: 100, threads: { 101: 98.5, 102: 9, 103: 1 } })];
  expect(used(before, after)).toEqual({ ms: 28.75, lost: undefined });
});

it("takes the process's own total where threads began and ended unseen", () => {
  expect(used([reading(100, {})], [reading(100, { ownNs: 380 * MS })])).toEqual({ ms: 380, lost: undefined });
});

it('takes the total as soon as one thread is seen to have ended, however little was missed', () => {
  const between = [reading(100, { threads: { 100: 0, 105: 2 }, ownNs: 0 })];
  expect(used([reading(100, {})], between, [reading(100, { ownNs: 20 * MS })]).ms).toBe(20);
});

it('finds the time of a child that has ended with the parent that waited for it', () => {
  const before = [reading(100, {}), reading(101, { parent: 100, threads: { 101: 500 } })];
  const after = [reading(100, { waitedNs: 740 * MS }), reading(102, { parent: 100, threads: { 102: 60 } })];
  expect(used(before, after)).toEqual({ ms: 300, lost: undefined });
});

it('knows that the time of a child is lost when its parent ignores its children', () => {
  const parent = reading(100, { ignoresChildren: true });
  expect(used([parent], [parent, reading(101, { parent: 100 })], [parent]).lost).toBe('unwaited-children');
});

it('knows that time is lost which was seen and is in no total', () => {
  const child = reading(101, { parent: 100, threads: { 101: 400 } });
  expect(used([reading(100, {})], [reading(100, {}), child], [reading(100, {})]).lost).toBe('unwaited-children');
});

it('knows that a process which ends without a parent among the others takes its time along', () => {
  expect(used([reading(100, {})], []).lost).toBe('replaced');
});

it('follows a child whose parent has ended, and no stranger under the ID of one that has', () => {
  const parent = reading(100, {});
  const child = reading(101, { parent: 100, threads: { 101: 10 } });
  const orphan = reading(101, { parent: 1, threads: { 101: 40 } });
  const stranger = reading(101, { key: '101/9', parent: 1, threads: { 101: 7000 } });
  expect(used([parent, child], [parent, orphan]).ms).toBe(30);
  expect(used([parent, child], [parent, stranger]).ms).toBeLessThan(100);
});
