import { ResumarkError } from '../domain/error.ts';
import type { EventSettings } from './event-schema.ts';
import { plannedMs, planWindows } from './plan.ts';
import { expand } from './expand.ts';
import type { Scenario } from './schema.ts';
import type { StateSettings } from './state-schema.ts';

/** The events of a state, in the order of the scenario. */
export const eventsOfState = ({ events, states }: Scenario, label: string): EventSettings[] =>
  states[label]?.kind === 'target' ? [] : events.filter(({ state }) => state === undefined || state === label);

/**
 * Refuses events that cannot happen.
 *
 * @throws ResumarkError SCENARIO naming the event.
 */
export const refuseImpossibleEvents = (scenario: Scenario, fileName: string): void => {
  if (scenario.events.length === 0) return;
  const reason = whyNever(scenario);
  if (reason !== undefined) throw new ResumarkError('SCENARIO', `${fileName}: events ${reason}.`);
  const longestMs = longestWindowMs(scenario);
  for (const [index, event] of scenario.events.entries()) {
    const flaw = flawOf(event, scenario, longestMs);
    if (flaw !== undefined) throw new ResumarkError('SCENARIO', `${fileName}: events.${String(index)} ${flaw}.`);
  }
};

const whyNever = ({ load, plan }: Scenario): string | undefined => {
  if (load.model === 'capacity') return 'cannot be combined with a capacity search, whose trials must be alike';
  if (plan.interleave === 'handshake')
    return 'cannot be combined with plan.interleave: handshake: what happens to one state would disturb the other';
  return undefined;
};

const flawOf = ({ state, node, at }: EventSettings, { states }: Scenario, longestMs: number | undefined): string | undefined => {
  const known = Object.keys(states);
  const started = Object.entries(states).filter(([, { kind }]) => kind !== 'target');
  if (state !== undefined && !known.includes(state)) return `has state ${state}, but there are ${known.join(', ')}`;
  if (state !== undefined && states[state]?.kind === 'target')
    return `has state ${state}, which runs already: events are for servers that the run starts (server or command)`;
  if (started.length === 0) return 'is of no server: events are for servers that the run starts (server or command)';
  const few = started.find(([label, one]) => (state ?? label) === label && nodesOf(one) < (node ?? 1));
  if (few !== undefined) return `has node ${String(node)}, but ${few[0]} has ${String(nodesOf(few[1]))}`;
  if (at !== undefined && longestMs !== undefined && at >= longestMs)
    return `is at ${String(at)}ms, but each window ends after ${String(longestMs)}ms (see plan.duration and plan.rounds)`;
  return undefined;
};

const nodesOf = (state: StateSettings): number => (state.kind === 'server' ? state.server.nodes : 1);

/** The longest window, warm-up left out; `undefined` where the server's speed decides. */
const longestWindowMs = (scenario: Scenario): number | undefined => {
  const windows = planWindows(scenario, expand(scenario), { seed: 1, interleave: 'block' }).filter(({ round }) => round >= 0);
  const lengths = windows.map((window) => plannedMs(window));
  return lengths.some((ms) => ms === undefined) ? undefined : Math.max(...lengths.map((ms) => ms ?? 0));
};
