// A process that uses known CPU time when it is told to, and says what it has used by its own account.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const SELF = fileURLToPath(import.meta.url);

const usedMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Bounded by the clock too, where other load leaves little CPU. */
const burn = (ms) => {
  const until = usedMs() + ms;
  const deadline = performance.now() + 20_000;
  while (usedMs() < until && performance.now() < deadline);
};

const children = [];

const ORDERS = {
  listen: async (host) => {
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    return server.address().port;
  },
  burn: (ms) => {
    burn(ms);
    return usedMs();
  },
  burnInThread: async (ms) => {
    await once(new Worker(SELF, { workerData: ms }), 'exit');
    return usedMs();
  },
  /** The child lives on, as a server's worker does. */
  burnInChild: async (ms) => {
    const child = fork(SELF);
    children.push(child);
    child.send(['burn', ms]);
    const [childMs] = await once(child, 'message');
    return usedMs() + childMs;
  },
};

if (isMainThread) {
  process.on('message', async ([order, value]) => process.send(await ORDERS[order](value)));
  process.on('disconnect', () => process.exit());
} else {
  burn(workerData);
}
