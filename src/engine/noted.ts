import type { Attempt, Engine, Outcome, Work } from './engine.ts';

/** An engine that does what another does, and shows every outcome before its work takes it. */
export const noted = (engine: Engine, note: (attempt: Attempt, outcome: Outcome) => void): Engine => ({
  name: engine.name,
  library: engine.library,
  readsEveryHello: engine.readsEveryHello,
  stamps: engine.stamps,
  tellsTurns: engine.tellsTurns,
  showsMessages: engine.showsMessages,
  client: (settings) => engine.client(settings),
  run: (work) => engine.run(notedWork(work, note)),
  threadCpuNs: () => engine.threadCpuNs(),
  close: () => {
    engine.close();
  },
});

const notedWork = <Own extends Attempt>(work: Work<Own>, note: (attempt: Attempt, outcome: Outcome) => void): Work<Own> => ({
  next: (nowNs) => work.next(nowNs),
  dueNs: () => work.dueNs(),
  settled: (attempt, outcome) => {
    note(attempt, outcome);
    work.settled(attempt, outcome);
  },
  turnTo: (attempt) => work.turnTo?.(attempt),
  rested: (ns) => work.rested?.(ns),
  isCancelled: () => work.isCancelled(),
});
