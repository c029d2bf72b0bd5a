import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { threadCpuNs } from '../cpu/thread.ts';
import { isShared } from '../domain/session-policy.ts';
import { nowNs } from '../engine/clock.ts';
import type { Client, Engine } from '../engine/engine.ts';
import { openEngine } from '../engine/open.ts';
import { ClosedLoad } from './closed.ts';
import { Counters } from './counters.ts';
import type { WindowReport, WorkerRequest, WorkerResponse, WorkerSetup } from './messages.ts';
import { toPlainError } from './plain-error.ts';
import { Priming, type PrimingReport } from './priming.ts';
import { SessionHolder } from './session-holder.ts';
import { TicketHabit } from './ticket-habit.ts';
import { VirtualClient } from './virtual-client.ts';

type PrimeRequest = Extract<WorkerRequest, { type: 'prime' }>;
type MeasureRequest = Extract<WorkerRequest, { type: 'measure' }>;

/** What lives as long as the run does for one cell: the TLS context, and what was learned of the server. */
interface Context {
  readonly client: Client;
  readonly habit: TicketHabit;
}

/** The inside of one worker thread: an engine, and the virtual clients of the cell that it visits. */
class LoadWorker {
  readonly #engine: Engine;
  readonly #counters: Counters;
  readonly #contexts = new Map<string, Context>();
  #clients: VirtualClient[] = [];

  constructor(engine: Engine, counters: Counters) {
    this.#engine = engine;
    this.#counters = counters;
  }

  async answer(request: WorkerRequest): Promise<WorkerResponse | undefined> {
    switch (request.type) {
      case 'prime':
        return { type: 'primed', report: await this.#prime(request) };
      case 'measure':
        return { type: 'measured', report: await this.#measure(request) };
      case 'close':
        this.#close();
        return undefined;
    }
  }

  async #prime({ cell, settings, concurrency, policy }: PrimeRequest): Promise<PrimingReport> {
    this.#freeClients();
    const context = this.#contexts.get(cell) ?? { client: this.#engine.client(settings), habit: new TicketHabit() };
    this.#contexts.set(cell, context);
    const shared = isShared(policy) ? new SessionHolder(policy) : undefined;
    this.#clients = Array.from(
      { length: concurrency },
      () => new VirtualClient(context.client, shared ?? new SessionHolder(policy), context.habit),
    );
    const priming = new Priming(this.#clients, context.habit, this.#counters);
    await this.#engine.run(priming);
    return priming.report();
  }

  async #measure({ startNs, bound, tapEvery, replenishes }: MeasureRequest): Promise<WindowReport> {
    this.#counters.reset();
    const load = new ClosedLoad(this.#clients, this.#counters, { bound, tapEvery, replenishes });
    await until(startNs);
    const cpuBefore = this.#cpuNs();
    await this.#engine.run(load);
    const cpuAfter = this.#cpuNs();
    return {
      tally: load.tally.report(),
      cpuNs: cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore,
      ...load.occupancy(),
      replenished: load.replenished,
    };
  }

  #cpuNs(): number | undefined {
    return this.#engine.threadCpuNs() ?? threadCpuNs();
  }

  #freeClients(): void {
    for (const client of this.#clients) client.free();
    this.#clients = [];
  }

  #close(): void {
    this.#freeClients();
    for (const { client } of this.#contexts.values()) client.close();
    this.#engine.close();
  }
}

const until = async (startNs: number): Promise<void> => {
  const waitMs = (startNs - nowNs()) / 1e6;
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
};

const serve = (port: MessagePort, setup: WorkerSetup): void => {
  const worker = new LoadWorker(openEngine(setup.engine), new Counters(setup.counters));
  port.on('message', (request: WorkerRequest) => {
    worker.answer(request).then(
      (response) => {
        if (response === undefined) port.close();
        else port.postMessage(response);
      },
      (error: unknown) => {
        port.postMessage({ type: 'failed', error: toPlainError(error) } satisfies WorkerResponse);
      },
    );
  });
  port.postMessage({ type: 'online' } satisfies WorkerResponse);
};

if (parentPort !== null) serve(parentPort, workerData as WorkerSetup);
