/** One agent's time with a task, on Redis' clock. */
interface Stay {
  readonly number: number;
  readonly arrivedUs: number;
  /** ...hears of the start. */
  readonly heardUs: number;
  readonly answeredUs: number;
}

/** The time of many agents with a task. */
export interface TaskMark {
  /** Of the task among all of the run. */
  readonly number: number;
  readonly firstArrivedUs: number;
  readonly lastArrivedUs: number;
  readonly lastHeardUs: number;
  readonly lastAnsweredUs: number;
}

/** The marks of each task, over all agents of a process. */
export class TaskMarks {
  readonly #marks = new Map<number, TaskMark>();

  note({ number, arrivedUs, heardUs, answeredUs }: Stay): void {
    const mark = {
      number,
      firstArrivedUs: arrivedUs,
      lastArrivedUs: arrivedUs,
      lastHeardUs: heardUs,
      lastAnsweredUs: answeredUs,
    };
    this.#marks.set(number, joined(mark, this.#marks.get(number) ?? mark));
  }

  get all(): readonly TaskMark[] {
    return [...this.#marks.values()];
  }
}

/** The marks of each task, over all processes. */
export const joinedMarks = (marks: readonly TaskMark[]): ReadonlyMap<number, TaskMark> => {
  const byNumber = new Map<number, TaskMark>();
  for (const mark of marks) byNumber.set(mark.number, joined(mark, byNumber.get(mark.number) ?? mark));
  return byNumber;
};

const joined = (a: TaskMark, b: TaskMark): TaskMark => ({
  number: a.number,
  firstArrivedUs: Math.min(a.firstArrivedUs, b.firstArrivedUs),
  lastArrivedUs: Math.max(a.lastArrivedUs, b.lastArrivedUs),
  lastHeardUs: Math.max(a.lastHeardUs, b.lastHeardUs),
  lastAnsweredUs: Math.max(a.lastAnsweredUs, b.lastAnsweredUs),
});
