import { BLOCK_COUNTS, PRIMING_COUNTS, type BlockCounter, type BlockCounts } from '../../src/domain/block-counts.ts';
import { ResumarkError } from '../../src/domain/error.ts';
import type { CellContext, LoadGenerator, LoadProgress, MeasuredLoad } from '../../src/load/load-generator.ts';
import type { Control } from '../../src/load/protocol/counters.ts';
import { mergedLoad, mergedPriming } from '../../src/load/merged-streams.ts';
import {
  windowPartSchema,
  type MeasuredStream,
  type MeasureRequest,
  type PrimedStream,
  type WindowPart,
  type WorkerReport,
} from '../../src/load/protocol/messages.ts';

const MS = 1e6;

/** One window as the fake fleet sees it. */
export interface FakeWindow {
  /** Number of the window, warm-up included. */
  readonly index: number;
  /** Ids of its cells. */
  readonly cells: readonly string[];
  readonly requests: readonly MeasureRequest[];
}

/** How the far side behaves. */
export interface FakeTarget {
  /** Handshakes that it can do in a second. */
  readonly perSecond?: number;
  /** Time of each handshake. */
  readonly handshakeMs?: (cell: string) => number;
  /** The share of the handshakes of a cell that is honoured; the others are refused. */
  readonly honouredShare?: (cell: string) => number;
  /** The share of the attempts of a window that fails. */
  readonly errorShare?: (window: FakeWindow) => number;
  /** For how long what arrives waits for the generator. */
  readonly queueMs?: (cell: string) => number;
  /** For how long the generator stood still in a window. */
  readonly stalledMs?: (window: FakeWindow) => number;
  /** Whether the system's clock was stepped in a window. */
  readonly isClockStepped?: (window: FakeWindow) => boolean;
  /** Called while a window is measured. Throwing loses a worker. */
  readonly during?: (window: FakeWindow) => Promise<void> | void;
}

/** A load generator without threads, sockets and time: windows are over at once, and what comes of them is arithmetic. */
export class FakeFleet implements LoadGenerator {
  readonly agents = undefined;
  readonly startMarginNs = 0;
  readonly workers: number;
  readonly windows: FakeWindow[] = [];
  readonly controls: Control[] = [];
  opened: readonly CellContext[] = [];
  readonly #target: FakeTarget;
  #cells: readonly string[] = [];
  #parts: readonly MeasureRequest[] = [];
  #primed: readonly PrimedStream[] = [];
  #progress = { finished: 0, honoured: 0, errors: 0 };

  constructor(target: FakeTarget = {}, workers = 2) {
    this.#target = target;
    this.workers = workers;
  }

  open(contexts: readonly CellContext[]): Promise<void> {
    this.opened = contexts;
    return Promise.resolve();
  }

  arm(asked: readonly WindowPart[]): Promise<void> {
    this.#progress = { finished: 0, honoured: 0, errors: 0 };
    const parts = asked.map((part) => windowPartSchema.parse(JSON.parse(JSON.stringify(part))));
    this.#cells = (parts[0]?.prime.streams ?? []).map(({ cell }) => cell);
    for (const cell of this.#cells)
      if (!this.opened.some((context) => context.cell === cell)) throw new RangeError(`${cell} was not opened`);
    this.#parts = parts.map(({ measure }) => measure);
    this.#primed = mergedPriming(
      parts.map(({ prime }) =>
        prime.streams.map(({ clients }) => ({
          counts: { ...PRIMING_COUNTS.merge([]), handshakes: clients, sessions: clients },
          negotiated: null,
          certificates: [],
        })),
      ),
    );
    return Promise.resolve();
  }

  async measure(): Promise<MeasuredLoad> {
    const window = { index: this.windows.length, cells: this.#cells, requests: this.#parts };
    this.windows.push(window);
    const reports = window.requests.map((request) => this.#report(window, request));
    await this.#target.during?.(window);
    return {
      startUnixNs: String(1_800_000_000_000_000_000n + BigInt(window.index)),
      hosts: [
        {
          primed: this.#primed,
          streams: mergedLoad(reports.map(({ streams }) => streams)),
          workers: reports.map(({ worker }) => worker),
          before: { ticks: undefined, timeWait: undefined, loadAverage: undefined, quotas: [] },
          after: { ticks: undefined, timeWait: undefined, loadAverage: undefined, quotas: [] },
          limits: { files: undefined, ports: undefined },
        },
      ],
      lost: [],
    };
  }

  progress(): LoadProgress {
    return {
      ...this.#progress,
      refusedAgain: 0,
      refusedNs: 0,
      inFlight: 0,
      begun: 0,
      restedNs: [],
      p50Ns: undefined,
      p99Ns: undefined,
    };
  }

  control(control: Control): void {
    this.controls.push(control);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #report(
    window: FakeWindow,
    { pace, weights }: MeasureRequest,
  ): { readonly streams: MeasuredStream[]; readonly worker: WorkerReport } {
    const perSecond = (this.#target.perSecond ?? 1000) / window.requests.length;
    const { bound } = pace;
    const seconds = bound.by === 'time' ? bound.durationNs / 1e9 : bound.attempts / perSecond;
    const asked =
      pace.model === 'scheduled' && pace.profile.shape === 'constant' ? pace.profile.perSecond / pace.parts : perSecond;
    const attempts = bound.by === 'count' ? bound.attempts : Math.round(Math.min(asked, perSecond) * seconds);
    const all = weights.reduce((a, b) => a + b, 0);
    // A queue grows under a schedule that asks for more than the target can do.
    const queuedMs = asked > perSecond ? seconds * 1000 * (asked / perSecond - 1) : 0;
    const streams = weights.map((weight, index) => ({
      counts: this.#counts(window, {
        cell: window.cells[index] ?? '',
        attempts: Math.round((attempts * weight) / all),
        queuedMs,
        isScheduled: pace.model === 'scheduled',
      }),
      negotiated: null,
      certificates: [],
    }));
    const worker: WorkerReport = {
      cpuNs: weights.map(() => attempts * 50_000),
      inFlightNs: seconds * 1e9,
      beganNs: 0,
      lastEndNs: Math.round(seconds * 1e9),
      mostInFlight: pace.model === 'closed' ? pace.concurrency : 1,
      restedNs: seconds * 0.5e9,
      stalledNs: Math.round((this.#target.stalledMs?.(window) ?? 0) * MS),
      clock: 'kernel',
      clockStepped: this.#target.isClockStepped?.(window) ?? false,
      sequential: null,
    };
    return { streams, worker };
  }

  #counts(
    window: FakeWindow,
    {
      cell,
      attempts,
      queuedMs,
      isScheduled,
    }: { readonly cell: string; readonly attempts: number; readonly queuedMs: number; readonly isScheduled: boolean },
  ): BlockCounts {
    const { handshakeMs = () => 1, queueMs = () => 0, honouredShare = () => 1, errorShare = () => 0 } = this.#target;
    const errors = Math.round(attempts * errorShare(window));
    const honoured = Math.round((attempts - errors) * honouredShare(cell));
    const counter = BLOCK_COUNTS.counter();
    counter.handshakes.add(attempts - errors);
    counter.honoured.add(honoured);
    for (let i = 0; i < errors; i++) counter.errors.add('refused');
    for (let i = honoured + errors; i < attempts; i++) counter.declined.add('refused');
    for (let i = 0; i < honoured; i++) {
      const { waitNs, clientNs, queueNs } = counter.split.begin();
      counter.handshakeNs.record(handshakeMs(cell) * MS);
      waitNs.record(Math.round(handshakeMs(cell) * 0.75 * MS));
      clientNs.record(Math.round(handshakeMs(cell) * 0.25 * MS));
      queueNs.record(queueMs(cell) * MS);
    }
    if (isScheduled) scheduled(counter, { attempts, honoured, serviceMs: handshakeMs(cell), queuedMs });
    this.#progress.finished += attempts - errors;
    this.#progress.honoured += honoured;
    this.#progress.errors += errors;
    return counter.report();
  }
}

const scheduled = (
  counter: BlockCounter,
  {
    attempts,
    honoured,
    serviceMs,
    queuedMs,
  }: { readonly attempts: number; readonly honoured: number; readonly serviceMs: number; readonly queuedMs: number },
): void => {
  const { due, lateNs, serviceNs, responseNs } = counter.schedule.begin();
  due.add(attempts);
  for (let i = 0; i < attempts; i++) lateNs.record(0);
  for (let i = 0; i < honoured; i++) {
    serviceNs.record(serviceMs * MS);
    responseNs.record(Math.round((serviceMs + queuedMs) * MS));
  }
};

/** A worker that ends in the middle of a window. */
export const workerLost = (): never => {
  throw new ResumarkError('WORKER_LOST', 'a worker thread ended with code 9 in the middle of the run.');
};
