import type { CpuAbsence } from '../domain/server-cpu.ts';
import { NS_PER_TICK, type ProcessReading } from './processes.ts';

/** CPU time of a set of processes since their account was opened. */
export interface AccountReading {
  /** Processes that are there. */
  readonly processes: number;
  /** As seen of the threads: exact, but without what a thread used after it was last seen. */
  readonly seenNs: number;
  /** By the processes' own totals: whole, but in steps of clock ticks. */
  readonly wholeNs: number;
  /** Threads and processes that have ended since the account was opened. */
  readonly ended: number;
  /** The reason why CPU time was lost, as soon as some was. */
  readonly lost: CpuAbsence | undefined;
}

/**
 * Adds up the CPU time of processes that come and go, from readings of those that are there.
 *
 * A process that ends leaves its time to the parent that waits for it. What ends without one, or under one that ignores its children,
 * takes its time along.
 */
export class ProcessAccount {
  readonly #roots: readonly number[];
  #last: readonly ProcessReading[] = [];
  #openingNs: number | undefined;
  #seenNs = 0;
  #ended = 0;
  #lost: CpuAbsence | undefined;

  /** @param roots processes whose parents are not the server's. */
  constructor(roots: readonly number[]) {
    this.#roots = roots;
  }

  /** Processes that were there at the last reading. One whose parent has ended is no descendant any more, but still the server's. */
  get pids(): readonly number[] {
    return this.#openingNs === undefined ? this.#roots : this.#last.map(({ pid }) => pid);
  }

  /** The reason why CPU time was lost, as soon as some was. */
  get lost(): CpuAbsence | undefined {
    return this.#lost;
  }

  take(tree: readonly ProcessReading[]): AccountReading {
    const readings = this.#openingNs === undefined ? tree : this.#ownOf(tree);
    this.#settle(readings);
    const totalNs = readings.reduce((sum, { ownNs, waitedNs }) => sum + ownNs + waitedNs, 0);
    this.#openingNs ??= totalNs;
    this.#last = readings;
    const wholeNs = totalNs - this.#openingNs;
    // Time that was seen and is in no total went with a child that nobody waited for.
    if (this.#seenNs - wholeNs > doubtNs(readings.length)) this.#lost ??= 'unwaited-children';
    return { processes: readings.length, seenNs: this.#seenNs, wholeNs, ended: this.#ended, lost: this.#lost };
  }

  /** Leaves out a stranger that has got the ID of one that has ended. */
  #ownOf(tree: readonly ProcessReading[]): readonly ProcessReading[] {
    const known = new Set(this.#last.map(({ key }) => key));
    const pids = new Set(tree.map(({ pid }) => pid));
    return tree.filter(({ key, parent }) => known.has(key) || pids.has(parent));
  }

  /** Adds what has been used since the last reading, and settles who has the time of those that have ended. */
  #settle(readings: readonly ProcessReading[]): void {
    const now = new Map(readings.map((reading) => [reading.key, reading]));
    const before = new Map(this.#last.map((reading) => [reading.key, reading]));
    if (this.#openingNs !== undefined) for (const reading of readings) this.#seenNs += usedNs(reading, before.get(reading.key));
    for (const last of this.#last) {
      const reading = now.get(last.key);
      this.#ended += endedThreads(last, reading);
      if (reading === undefined) this.#lost ??= this.#lossOf(last);
    }
  }

  /** The reason why the time of a process that has ended is lost; `undefined` where its parent has it. */
  #lossOf(ended: ProcessReading): CpuAbsence | undefined {
    const parent = this.#last.find(({ pid }) => pid === ended.parent);
    if (parent === undefined) return this.#roots.includes(ended.pid) ? 'replaced' : 'unwaited-children';
    return parent.ignoresChildren ? 'unwaited-children' : undefined;
  }
}

/**
 * CPU time between two readings. Where nothing has ended that is what was seen of the threads. A server that ends threads or children
 * uses more than can be seen, and its totals are the better figure however coarse.
 */
export const usedBetween = (before: AccountReading, after: AccountReading): number => {
  const seenNs = after.seenNs - before.seenNs;
  const wholeNs = after.wholeNs - before.wholeNs;
  const isUnseen = after.wholeNs - after.seenNs > doubtNs(after.processes);
  return isUnseen || after.ended > before.ended ? Math.max(seenNs, wholeNs) : seenNs;
};

/** By how much the two accounts of so many processes may differ when nothing has ended: each truncates two times to ticks. */
const doubtNs = (processes: number): number => 3 * NS_PER_TICK * Math.sqrt(Math.max(1, processes));

const usedNs = (now: ProcessReading, before: ProcessReading | undefined): number => {
  let used = 0;
  for (const [thread, ns] of now.threadsNs) {
    const earlier = before?.threadsNs.get(thread) ?? 0;
    // A thread that has used less than before is another one under the same ID.
    used += ns >= earlier ? ns - earlier : ns;
  }
  return used;
};

const endedThreads = (before: ProcessReading, now: ProcessReading | undefined): number =>
  [...before.threadsNs.keys()].filter((thread) => !now?.threadsNs.has(thread)).length;
