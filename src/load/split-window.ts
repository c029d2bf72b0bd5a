import { cellId, type Cell } from '../domain/cell.ts';
import { offersSession } from '../domain/mode.ts';
import { share, type BlockBound } from '../scenario/plan.ts';
import {
  PROTOCOL_VERSION,
  type MeasureRequest,
  type PaceRequest,
  type PrimeRequest,
  type WindowBound,
} from './protocol/messages.ts';
import type { WindowRequest } from './window-request.ts';

/** Starts that a schedule owes are made at most 5 s after the window's end: what takes longer will not catch up. */
const GRACE_NS = 5e9;

/** The workers that take part: no more than there are connections. */
export const workersOf = ({ concurrency }: WindowRequest, workers: number): number => Math.min(workers, concurrency);

/** Sessions that priming is to obtain, over all workers. */
export const sessionsOf = (request: WindowRequest, workers: number): number =>
  request.streams.reduce((sum, { cell }) => sum + Math.max(workers, sessionsOfCell(request, cell)), 0);

/** Each worker's part of the sessions; at least one of each cell. */
export const primeRequests = (request: WindowRequest, workers: number): PrimeRequest[] =>
  Array.from({ length: workers }, (_, index) => ({
    version: PROTOCOL_VERSION,
    streams: request.streams.map(({ cell }) => ({
      cell: cellId(cell),
      clients: Math.max(1, share(sessionsOfCell(request, cell), workers, index)),
    })),
  }));

/** Each worker's part of the connections and of the starts, exactly. */
export const measureRequests = (request: WindowRequest, workers: number): MeasureRequest[] =>
  Array.from({ length: workers }, (_, index) => ({
    version: PROTOCOL_VERSION,
    pace: paceOf(request, { workers, index }),
    weights: request.streams.map(({ weight }) => weight),
    seed: request.seed + index,
    tapEvery: request.tapEvery,
    timelineNs: request.timelineNs,
  }));

/** A full handshake needs no session: one priming by each worker shows what is negotiated, and more would only load the server. */
const sessionsOfCell = ({ sessions }: WindowRequest, { mode }: Cell): number => (offersSession(mode) ? sessions : 0);

interface Part {
  readonly workers: number;
  readonly index: number;
}

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
