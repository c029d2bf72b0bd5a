import type { CpuMeter } from '../cpu/meter.ts';
import { cellId, type Cell } from '../domain/cell.ts';
import { offersSession } from '../domain/mode.ts';
import { nowNs } from '../engine/clock.ts';
import { share, type BlockBound } from '../scenario/plan.ts';
import type { Fleet } from './thread-fleet.ts';
import { readCapacity, readMachine } from './machine.ts';
import type { PaceRequest, WindowReport, WorkerRequest } from './protocol/messages.ts';
import type { WindowBound } from './worker/pace.ts';
import type { PrimingReport } from './worker/priming.ts';
import { blockRecordsOf } from './block-records.ts';
import type { WindowPhase } from './window-request.ts';
import type { MeasuredBlock, WindowRequest } from './window-request.ts';

/** Workers hear of the start by message; this is time enough for all of them to be waiting for it. */
const START_MARGIN_NS = 5_000_000;

/** What a schedule owes is started at most so long after the window's end: longer is a generator or a target that does not catch up. */
const GRACE_NS = 5e9;

/** Measures one window: primes, publishes a common start, lets the workers load until the bound, and adds up what they report. */
export const measureWindow = async (
  fleet: Fleet,
  order: WindowRequest,
  onPhase: (phase: WindowPhase) => void,
): Promise<MeasuredBlock[]> => {
  const workers = Math.min(fleet.size, order.concurrency);
  const sessions = order.streams.reduce((sum, { cell }) => sum + Math.max(workers, sessionsOf(order, cell)), 0);
  onPhase({ name: 'priming', sessions });
  const primings = await prime(fleet, order, workers);
  onPhase({ name: 'ageing', ms: order.offerAfterMs });
  await age(order.offerAfterMs, order.signal);
  const meters = new Set(order.streams.flatMap(({ serverCpu }) => serverCpu ?? []));
  const machineBefore = readMachine();
  const cpuBefore = readAll(meters);
  const startNs = nowNs() + START_MARGIN_NS;
  onPhase({ name: 'window', startNs });
  const windows = await measure(fleet, order, { startNs, workers });
  const cpuAfter = readAll(meters);
  return blockRecordsOf({
    order,
    startNs,
    windows,
    primings,
    cpuNs: differences(cpuBefore, cpuAfter),
    machine: { before: machineBefore, after: readMachine(), capacity: readCapacity() },
  });
};

type MeterReadings = ReadonlyMap<CpuMeter, number | undefined>;

const readAll = (meters: ReadonlySet<CpuMeter>): MeterReadings => new Map([...meters].map((meter) => [meter, meter.readNs()]));

const differences = (before: MeterReadings, after: MeterReadings): MeterReadings =>
  new Map(
    [...after].map(([meter, ns]) => {
      const earlier = before.get(meter);
      return [meter, ns === undefined || earlier === undefined ? undefined : ns - earlier];
    }),
  );

const prime = async (fleet: Fleet, order: WindowRequest, workers: number): Promise<(readonly PrimingReport[])[]> => {
  const requests = Array.from({ length: workers }, (_, i): WorkerRequest => ({
    type: 'prime',
    streams: order.streams.map(({ cell, settings }) => ({
      cell: cellId(cell),
      settings,
      clients: Math.max(1, share(sessionsOf(order, cell), workers, i)),
      policy: order.policy,
      offerAfterNs: order.offerAfterMs * 1e6,
    })),
  }));
  const answers = await fleet.ask(requests, 'primed');
  return answers.map((answer) => answer.reports);
};

/** A full handshake needs no session: some primings tell what is negotiated, and the rest would only load the server. */
const MOST_WITHOUT_SESSION = 16;

const sessionsOf = ({ sessions }: WindowRequest, { mode }: Cell): number =>
  offersSession(mode) ? sessions : Math.min(sessions, MOST_WITHOUT_SESSION);

/** Sessions that are to be offered at some age are left alone until they have it. */
const age = async (ms: number, signal: AbortSignal | undefined): Promise<void> => {
  if (ms === 0 || signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
};

interface WindowStart {
  readonly startNs: number;
  readonly workers: number;
}

const measure = async (fleet: Fleet, order: WindowRequest, { startNs, workers }: WindowStart): Promise<WindowReport[]> => {
  const requests = Array.from({ length: workers }, (_, index): WorkerRequest => ({
    type: 'measure',
    startNs,
    pace: paceOf(order, { startNs, workers, index }),
    weights: order.streams.map(({ weight }) => weight),
    seed: order.seed + index,
    tapEvery: order.tapEvery,
    replenishes: order.policy === 'single-use',
  }));
  const answers = await fleet.ask(requests, 'measured');
  return answers.map((answer) => answer.report);
};

/** Each worker's part of the connections and of the starts, exactly. */
const paceOf = (order: WindowRequest, part: WindowStart & { readonly index: number }): PaceRequest => {
  const { workers, index } = part;
  const inFlight = share(order.concurrency, workers, index);
  const bound = boundOf(order.window.bound, part);
  if (order.isSequential) return { model: 'sequential', bound };
  if (order.schedule === undefined) return { model: 'closed', concurrency: inFlight, bound };
  const { profile, pattern } = order.schedule;
  return {
    model: 'scheduled',
    profile,
    pattern,
    seed: order.seed,
    parts: workers,
    index,
    bound,
    mostInFlight: inFlight,
    graceNs: GRACE_NS,
  };
};

const boundOf = (bound: BlockBound, { startNs, workers, index }: WindowStart & { readonly index: number }): WindowBound =>
  bound.by === 'duration'
    ? { by: 'time', endNs: startNs + bound.durationMs * 1e6 }
    : { by: 'count', attempts: share(bound.handshakes, workers, index) };
