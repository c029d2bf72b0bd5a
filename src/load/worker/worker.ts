import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { threadCpuNs } from '../../cpu/thread.ts';
import type { SequentialRecord } from '../../domain/run-record.ts';
import { isShared } from '../../domain/session-policy.ts';
import { nowNs } from '../../engine/clock.ts';
import type { Client, Engine } from '../../engine/engine.ts';
import { openEngine } from '../../engine/open.ts';
import { PermutedBlocks } from '../../stats/permuted-blocks.ts';
import { seededRandom } from '../../stats/random.ts';
import type { CellContext } from '../load-generator.ts';
import { Counters, type Control } from '../protocol/counters.ts';
import type { MeasureRequest, PaceRequest, PrimedStream, WindowPart } from '../protocol/messages.ts';
import { toPlainError } from '../protocol/plain-error.ts';
import type { ThreadRequest, ThreadResponse, ThreadSetup } from '../protocol/thread-messages.ts';
import { ClientPool } from './client-pool.ts';
import { CpuSplit } from './cpu-split.ts';
import { paceOf } from './pace.ts';
import { Priming } from './priming.ts';
import { measureSequentially } from './sequential.ts';
import { SessionStore } from './session-store.ts';
import { StallWatch } from './stall-watch.ts';
import { Tally } from './tally.ts';
import { TicketExpectation } from './ticket-expectation.ts';
import { VirtualClient } from './virtual-client.ts';
import { LoadWindow } from './window.ts';

/** A window that waits for its start. Its histograms are there before it: they take a part of a millisecond. */
interface ArmedPart {
  readonly request: MeasureRequest;
  /** One per stream. */
  readonly tallies: readonly Tally[];
}

type Measured = Extract<ThreadResponse, { type: 'measured' }>;

/** A cell that lives as long as the run does: its TLS context, and what was learned of the server. */
interface OpenCell extends CellContext {
  readonly client: Client;
  readonly expectation: TicketExpectation;
}

/** The inside of one worker thread: an engine, and the virtual clients of the cells that it loads. */
class LoadWorker {
  readonly #engine: Engine;
  readonly #counters: Counters;
  readonly #cells = new Map<string, OpenCell>();
  #pools: ClientPool[] = [];
  #part: ArmedPart | undefined;

  constructor(engine: Engine, counters: Counters) {
    this.#engine = engine;
    this.#counters = counters;
  }

  async answer(message: ThreadRequest): Promise<ThreadResponse | undefined> {
    switch (message.type) {
      case 'open':
        this.#open(message.contexts);
        return { type: 'opened' };
      case 'arm':
        return { type: 'armed', streams: await this.#arm(message.part) };
      case 'measure':
        return this.#measure(this.#armed, message.startNs);
      case 'close':
        this.#close();
        return undefined;
    }
  }

  #open(contexts: readonly CellContext[]): void {
    for (const context of contexts) {
      const client = this.#engine.client(context.settings);
      this.#cells.set(context.cell, { ...context, client, expectation: new TicketExpectation() });
    }
  }

  async #arm({ prime, measure }: WindowPart): Promise<PrimedStream[]> {
    this.#freeClients();
    this.#counters.reset();
    const streams: PrimedStream[] = [];
    for (const [index, { cell: id, clients }] of prime.streams.entries()) {
      const cell = this.#cells.get(id);
      if (cell === undefined) throw new RangeError(`the cell ${id} was not opened`);
      const pool = new ClientPool(clientsOf(cell, clients, index));
      this.#pools.push(pool);
      const priming = new Priming(pool.clients, cell.expectation, this.#counters);
      await this.#engine.run(priming);
      streams.push(priming.report());
    }
    this.#part = {
      request: measure,
      tallies: this.#pools.map(() => new Tally(measure.pace.model === 'scheduled', measure.timelineNs)),
    };
    return streams;
  }

  get #armed(): ArmedPart {
    if (this.#part === undefined) throw new Error('no window was handed out');
    return this.#part;
  }

  async #measure({ request, tallies }: ArmedPart, startNs: number): Promise<Measured> {
    const { pace, weights, seed, tapEvery } = request;
    this.#counters.reset();
    for (const tally of tallies) tally.begin(startNs);
    const cpu = new CpuSplit(weights.length, () => this.#engine.threadCpuNs() ?? threadCpuNs());
    const stalls = new StallWatch();
    const window = new LoadWindow({
      pools: this.#pools,
      tallies,
      turns: new PermutedBlocks(weights, seededRandom(seed)),
      // Another series than that of the turns, which would go along with them.
      random: seededRandom(seed ^ 0x5bd1e995),
      pace: paceOf(pace, startNs),
      counters: this.#counters,
      cpu,
      stalls,
      tapEvery,
      isSequential: pace.model === 'sequential',
    });
    await until(startNs);
    const beganNs = Math.max(0, nowNs() - startNs);
    const { stamps } = this.#engine;
    stamps?.begin();
    cpu.start();
    stalls.start();
    const sequential = await this.#load(window, pace, startNs);
    window.end(nowNs());
    const cpuNs = this.#engine.tellsTurns || weights.length === 1 ? cpu.end() : undefined;
    const { inFlight } = window;
    const worker = {
      cpuNs: cpuNs === undefined ? null : [...cpuNs],
      // Slots are idle between arrivals, and while tinybench keeps its books.
      inFlightNs: pace.model === 'closed' ? inFlight.existedNs : inFlight.takenNs,
      beganNs,
      lastEndNs: Math.max(0, inFlight.lastEndNs - startNs),
      mostInFlight: inFlight.most,
      restedNs: window.restedNs,
      stalledNs: stalls.longestNs,
      clock: stamps === undefined ? ('user' as const) : ('kernel' as const),
      clockStepped: stamps?.hasStepped === true,
      sequential,
    };
    return { type: 'measured', streams: tallies.map((tally) => tally.report()), worker };
  }

  async #load(window: LoadWindow, pace: PaceRequest, startNs: number): Promise<SequentialRecord | null> {
    const engine = this.#engine;
    if (pace.model === 'sequential') {
      const control = (): Control => this.#counters.control;
      return measureSequentially({ perform: (work) => engine.run(work), window, bound: pace.bound, startNs, control });
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
    for (const { client } of this.#cells.values()) client.close();
    this.#engine.close();
  }
}

const clientsOf = ({ client, expectation, policy, offerAfterNs }: OpenCell, count: number, stream: number): VirtualClient[] => {
  const shared = isShared(policy) ? new SessionStore(policy, offerAfterNs) : undefined;
  return Array.from(
    { length: count },
    () => new VirtualClient(client, stream, { sessions: shared ?? new SessionStore(policy, offerAfterNs), expectation }),
  );
};

/** Timers are of whole ms and fire early: the rest is waited for awake. */
const until = async (startNs: number): Promise<void> => {
  const waitMs = (startNs - nowNs()) / 1e6;
  if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs - 1));
  while (nowNs() < startNs);
};

const serve = (port: MessagePort, setup: ThreadSetup): void => {
  const worker = new LoadWorker(openEngine(setup.engine), new Counters(setup.counters));
  const send = (response: ThreadResponse): void => {
    port.postMessage(response);
  };
  port.on('message', (request: ThreadRequest) => {
    worker.answer(request).then(
      (response) => {
        if (response === undefined) port.close();
        else send(response);
      },
      (error: unknown) => {
        send({ type: 'failed', error: toPlainError(error) });
      },
    );
  });
  send({ type: 'online' });
};

if (parentPort !== null) serve(parentPort, workerData as ThreadSetup);
