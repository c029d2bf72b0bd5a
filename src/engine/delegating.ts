import type { Engine } from './engine.ts';

/** An engine that does all that another does: for one that changes a part of it. */
export const delegating = (engine: Engine): Engine => ({
  name: engine.name,
  library: engine.library,
  readsEveryHello: engine.readsEveryHello,
  stamps: engine.stamps,
  tellsTurns: engine.tellsTurns,
  showsMessages: engine.showsMessages,
  client: (settings) => engine.client(settings),
  run: (work) => engine.run(work),
  threadCpuNs: () => engine.threadCpuNs(),
  close: () => {
    engine.close();
  },
});
