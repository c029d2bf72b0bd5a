import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { threadCpuNs } from '../../cpu/thread.ts';
import type { SequentialRecord } from '../../domain/run-record.ts';
import { isShared } from '../../domain/session-policy.ts';
import { nowNs } from '../../engine/clock.ts';
import type { Client, Engine } from '../../engine/engine.ts';
import { openEngine } from '../../engine/open.ts';
import { Arrivals } from '../../scenario/arrivals.ts';
import { PermutedBlocks } from '../../stats/permuted-blocks.ts';
import { seededRandom } from '../../stats/random.ts';
import { ClientPool } from './client-pool.ts';
import { Counters, type Control } from '../protocol/counters.ts';
import { CpuSplit } from './cpu-split.ts';
import type {
  PaceRequest,
  StreamRequest,
  WindowReport,
  WorkerRequest,
  WorkerResponse,
  WorkerSetup,
} from '../protocol/messages.ts';
import { ClosedPace, SchedulePace } from './pace.ts';
import { toPlainError } from '../protocol/plain-error.ts';
import { Priming, type PrimingReport } from './priming.ts';
import { SessionHolder } from './session-store.ts';
import { measureSequentially } from './sequential.ts';
import { TicketExpectation } from './ticket-expectation.ts';
import { VirtualClient } from './virtual-client.ts';
import { LoadWindow } from './window.ts';

type MeasureRequest = Extract<WorkerRequest, { type: 'measure' }>;

/** What lives as long as the run does for one cell: the TLS context, and what was learned of the server. */
interface Context {
  readonly client: Client;
  readonly expectation: TicketExpectation;
}

/** The inside of one worker thread: an engine, and the virtual clients of the cells that it visits. */
class LoadWorker {
  readonly #engine: Engine;
  readonly #counters: Counters;
  readonly #contexts = new Map<string, Context>();
  #pools: ClientPool[] = [];

  constructor(engine: Engine, counters: Counters) {
    this.#engine = engine;
    this.#counters = counters;
  }

  async answer(request: WorkerRequest): Promise<WorkerResponse | undefined> {
    switch (request.type) {
      case 'prime':
        return { type: 'primed', reports: await this.#prime(request.streams) };
      case 'measure':
        return { type: 'measured', report: await this.#measure(request) };
      case 'close':
        this.#close();
        return undefined;
    }
  }

  async #prime(streams: readonly StreamRequest[]): Promise<PrimingReport[]> {
    this.#freeClients();
    this.#counters.reset();
    const reports: PrimingReport[] = [];
    for (const [index, stream] of streams.entries()) {
      const context = this.#context(stream);
      const pool = new ClientPool(clientsOf(stream, index, context));
      this.#pools.push(pool);
      const priming = new Priming(pool.clients, context.expectation, this.#counters);
      await this.#engine.run(priming);
      reports.push(priming.report());
    }
    return reports;
  }

  #context({ cell, settings }: StreamRequest): Context {
    const context = this.#contexts.get(cell) ?? { client: this.#engine.client(settings), expectation: new TicketExpectation() };
    this.#contexts.set(cell, context);
    return context;
  }

  async #measure({ startNs, pace: paced, weights, seed, tapEvery, replenishes }: MeasureRequest): Promise<WindowReport> {
    this.#counters.reset();
    const pace = paceOf(paced, startNs);
    const cpu = new CpuSplit(weights.length, () => this.#engine.threadCpuNs() ?? threadCpuNs());
    const deck = new PermutedBlocks(weights, seededRandom(seed));
    const isScheduled = paced.model === 'scheduled';
    const window = new LoadWindow({
      pools: this.#pools,
      deck,
      pace,
      counters: this.#counters,
      cpu,
      tapEvery,
      replenishes,
      isScheduled,
    });
    await until(startNs);
    cpu.start();
    const sequential = await this.#load(window, paced);
    window.end(nowNs());
    const cpuNs = this.#engine.tellsTurns || weights.length === 1 ? cpu.end() : undefined;
    const { places } = window;
    return {
      tallies: window.tallies.map((tally) => tally.report()),
      cpuNs,
      // InFlight are idle between arrivals, and while tinybench keeps its books.
      placesNs: paced.model === 'closed' ? places.existedNs : places.takenNs,
      lastEndNs: places.lastEndNs,
      mostInFlight: places.most,
      restedNs: window.restedNs,
      sequential,
    };
  }

  async #load(window: LoadWindow, pace: PaceRequest): Promise<SequentialRecord | null> {
    const engine = this.#engine;
    if (pace.model === 'sequential') {
      const control = (): Control => this.#counters.control;
      return measureSequentially({ perform: (work) => engine.run(work), window, bound: pace.bound, control });
    }
    await engine.run(window);
    return null;
  }

  #freeClients(): void {
    for (const pool of this.#pools) pool.free();
    this.#pools = [];
  }

  #close(): void {
    this.#freeClients();
    for (const { client } of this.#contexts.values()) client.close();
    this.#engine.close();
  }
}

const clientsOf = (
  { clients, policy, offerAfterNs }: StreamRequest,
  stream: number,
  { client, expectation }: Context,
): VirtualClient[] => {
  const shared = isShared(policy) ? new SessionHolder(policy, offerAfterNs) : undefined;
  return Array.from(
    { length: clients },
    () => new VirtualClient(client, stream, { holder: shared ?? new SessionHolder(policy, offerAfterNs), expectation }),
  );
};

const paceOf = (request: PaceRequest, startNs: number): ClosedPace | SchedulePace => {
  if (request.model === 'closed') return new ClosedPace(request.concurrency, request.bound);
  // tinybench says when it is enough.
  if (request.model === 'sequential') return new ClosedPace(1, { by: 'count', attempts: Number.POSITIVE_INFINITY });
  const { profile, pattern, seed, parts, index, bound, mostInFlight, graceNs } = request;
  const arrivals = new Arrivals({ profile, pattern, random: seededRandom(seed), parts, index });
  return new SchedulePace({ arrivals, startNs, bound, mostInFlight, graceNs });
};

/** Timers are of whole ms and fire early: the rest is waited for awake. */
const until = async (startNs: number): Promise<void> => {
  const waitMs = (startNs - nowNs()) / 1e6;
  if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs - 1));
  while (nowNs() < startNs);
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
