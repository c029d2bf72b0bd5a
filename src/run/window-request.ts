import { cellId } from '../domain/cell.ts';
import type { WindowRequest } from '../load/window-request.ts';
import type { RateProfile } from '../scenario/arrivals.ts';
import type { PlannedWindow } from '../scenario/plan.ts';
import type { Scenario } from '../scenario/schema.ts';
import { timelineOf } from '../scenario/timeline.ts';
import type { Prepared } from './prepare/prepared.ts';

/** One in so many measured handshakes has its hellos read, where reading costs; primings always have. */
export const TAP_EVERY = 32;

/** A planned window, and its index among all windows of the run. */
interface IndexedWindow {
  readonly window: PlannedWindow;
  readonly index: number;
  /** Of the run. */
  readonly seed: number;
}

/** The request that a planned window becomes. */
export const windowRequest = ({ decoded, cells, options }: Prepared, { window, index, seed }: IndexedWindow): WindowRequest => {
  const { load, connection } = decoded.scenario;
  const { profile, streams } = window;
  const stateOf = (id: string) => cells.find((cell) => cell.id === id)?.state;
  return {
    window,
    streams: streams.map((stream) => {
      const state = stateOf(cellId(stream.cell));
      return { ...stream, serverCpu: state?.cpu, fleetCpu: state?.fleet?.cpu };
    }),
    concurrency: profile === undefined && load.model === 'capacity' ? SATURATING : load.concurrency,
    sessions: sessionsOf(decoded.scenario, profile),
    sources: Math.max(1, connection.source?.length ?? 0),
    isSequential: load.model === 'sequential',
    schedule: profile === undefined ? undefined : { profile, pattern: load.arrivals },
    // Every window has an order of its own, and all of them follow from the run's seed.
    seed: (seed + (index + 1) * 0x9e3779b1) % 2 ** 32,
    tapEvery: TAP_EVERY,
    timelineNs: timelineNsOf(decoded.scenario),
    offerAfterMs: load.offerAfter,
    signal: options.signal,
  };
};

const timelineNsOf = (scenario: Scenario): number | undefined => {
  const intervalMs = timelineOf(scenario);
  return intervalMs === undefined ? undefined : Math.round(intervalMs * 1e6);
};

/** Each client's own; where their number is left open, more than are offered at a time, so that those which are idle can be dealt at random. */
const sessionsOf = (scenario: Scenario, profile: RateProfile | undefined): number =>
  scenario.load.clients ?? placesOf(scenario, profile) + SPARE_SESSIONS;

/**
 * With so many to choose from, the chance that the next session is one of the server whose turn it is differs by less than 2 % from that of
 * a client who knows nothing of turns.
 */
const SPARE_SESSIONS = 32;

/** As many as are in flight in closed load; for a rate as many as arrive in 50 ms. */
const placesOf = ({ load }: Scenario, profile: RateProfile | undefined): number => {
  if (profile === undefined) return load.model === 'capacity' ? SATURATING : load.concurrency;
  const perSecond = profile.shape === 'constant' ? profile.perSecond : Math.max(profile.fromPerSecond, profile.toPerSecond);
  return Math.min(load.concurrency, Math.max(LEAST_SESSIONS, Math.ceil(perSecond / 20)));
};

const LEAST_SESSIONS = 16;

/** In flight while a target is kept busy, to find out where a search is to begin. */
const SATURATING = 16;
