import type { Cell } from '../domain/cell.ts';
import type { WindowRequest } from '../load/window-request.ts';
import type { RateProfile } from '../scenario/arrivals.ts';
import type { PlannedWindow } from '../scenario/plan.ts';
import type { Scenario } from '../scenario/schema.ts';
import { clientSettings } from './prepare/client-settings.ts';
import type { OpenState } from './prepare/open-states.ts';
import type { Prepared } from './prepare/prepared.ts';

/** One in so many measured handshakes has its hellos read, where reading costs; primings always have. */
export const TAP_EVERY = 32;

/** A planned window, and its place among all windows of the run. */
interface Place {
  readonly window: PlannedWindow;
  readonly index: number;
  /** Of the run. */
  readonly seed: number;
}

/** What the fleet is asked to do in a window. */
export const windowRequest = ({ decoded, states, options }: Prepared, { window, index, seed }: Place): WindowRequest => {
  const { scenario } = decoded;
  const { profile } = window;
  return {
    window,
    streams: window.streams.map((stream) => {
      const state = stateOf(states, stream.cell);
      return { ...stream, settings: clientSettings(scenario, state, stream.cell), serverCpu: state.cpu };
    }),
    concurrency: profile === undefined && scenario.load.model === 'capacity' ? SATURATING : scenario.load.concurrency,
    sessions: sessionsOf(scenario, profile),
    isSequential: scenario.load.model === 'sequential',
    schedule: profile === undefined ? undefined : { profile, pattern: scenario.load.arrivals },
    // Every window has an order of its own, and all of them follow from the run's seed.
    seed: (seed + (index + 1) * 0x9e3779b1) % 2 ** 32,
    tapEvery: TAP_EVERY,
    policy: scenario.load.sessions,
    offerAfterMs: scenario.load.offerAfter,
    signal: options.signal,
  };
};

const stateOf = (states: readonly OpenState[], cell: Cell): OpenState => {
  const state = states.find(({ label }) => label === cell.state);
  if (state === undefined) throw new TypeError(`no open state ${cell.state}`);
  return state;
};

/** As many as are in flight in closed load; in a storm one per client; for a rate as many as arrive in 50 ms. */
const sessionsOf = (scenario: Scenario, profile: RateProfile | undefined): number => {
  const { load } = scenario;
  if (load.model === 'storm') return load.clients ?? load.concurrency;
  if (profile === undefined) return load.model === 'capacity' ? SATURATING : load.concurrency;
  const perSecond = profile.shape === 'constant' ? profile.perSecond : Math.max(profile.fromPerSecond, profile.toPerSecond);
  return Math.min(load.concurrency, Math.max(LEAST_SESSIONS, Math.ceil(perSecond / 20)));
};

const LEAST_SESSIONS = 16;

/** In flight while a target is kept busy, to find out where a search is to begin. */
const SATURATING = 16;
