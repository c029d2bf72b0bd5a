import { cellId, type Cell } from '../domain/cell.ts';
import { offersSession } from '../domain/mode.ts';
import { share, type BlockBound } from '../scenario/plan.ts';
import type { MeasureRequest, PaceRequest, PrimeRequest, WindowBound, WindowPart } from './protocol/messages.ts';
import type { WindowRequest } from './window-request.ts';

/** Starts that a schedule owes are made at most 5 s after the window's end: what takes longer will not catch up. */
const GRACE_NS = 5e9;

/** The workers that take part: no more than there are connections. */
export const workersOf = ({ concurrency }: WindowRequest, workers: number): number => Math.min(workers, concurrency);

/** Sessions that priming is to obtain, over all workers. */
export const sessionsOf = (request: WindowRequest, workers: number): number =>
  request.streams.reduce((sum, { cell }) => sum + Math.max(workers, sessionsOfCell(request, cell)), 0);

/** Each worker's part of the sessions, the connections and the starts, exactly. */
export const windowParts = (request: WindowRequest, workers: number): WindowPart[] =>
  Array.from({ length: workers }, (_, index) => ({
    prime: primeRequest(request, { workers, index }),
    measure: measureRequest(request, { workers, index }),
  }));

interface Part {
  readonly workers: number;
  readonly index: number;
}

/** At least one session of each cell. */
const primeRequest = (request: WindowRequest, { workers, index }: Part): PrimeRequest => ({
  streams: request.streams.map(({ cell }) => ({
    cell: cellId(cell),
    clients: Math.max(1, share(sessionsOfCell(request, cell), workers, index)),
  })),
});

const measureRequest = (request: WindowRequest, part: Part): MeasureRequest => ({
  pace: paceOf(request, part),
  weights: request.streams.map(({ weight }) => weight),
  seed: request.seed + part.index,
  tapEvery: request.tapEvery,
  timelineNs: request.timelineNs,
});

/** A full handshake needs no session: one priming by each worker shows what is negotiated, and more would only load the server. */
const sessionsOfCell = ({ sessions }: WindowRequest, { mode }: Cell): number => (offersSession(mode) ? sessions : 0);

const paceOf = ({ window, concurrency, isSequential, schedule, seed }: WindowRequest, part: Part): PaceRequest => {
  const { workers, index } = part;
  const inFlight = share(concurrency, workers, index);
  const bound = boundOf(window.bound, part);
  if (isSequential) return { model: 'sequential', bound };
  if (schedule === undefined) return { model: 'closed', concurrency: inFlight, bound };
  return { model: 'scheduled', ...schedule, seed, parts: workers, index, bound, mostInFlight: inFlight, graceNs: GRACE_NS };
};

const boundOf = (bound: BlockBound, { workers, index }: Part): WindowBound =>
  bound.by === 'duration'
    ? { by: 'time', durationNs: Math.round(bound.durationMs * 1e6) }
    : { by: 'count', attempts: share(bound.handshakes, workers, index) };
