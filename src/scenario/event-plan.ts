import { ResumarkError } from '../domain/error.ts';
import type { EventSettings } from './event-schema.ts';
import { windowMs } from './plan.ts';
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
  const lengthMs = windowMs(scenario);
  for (const [index, event] of scenario.events.entries()) {
    const flaw = flawOf(event, scenario, lengthMs);
    if (flaw !== undefined) throw new ResumarkError('SCENARIO', `${fileName}: events.${String(index)} ${flaw}.`);
  }
};

const whyNever = ({ load, plan }: Scenario): string | undefined => {
  if (load.model === 'capacity') return 'cannot be combined with a capacity search, whose trials must be alike';
  if (plan.interleave === 'handshake')
    return 'cannot be combined with plan.interleave: handshake: what happens to one state would disturb the other';
  return undefined;
};

const flawOf = ({ state, node, at }: EventSettings, { states }: Scenario, lengthMs: number | undefined): string | undefined => {
  const known = Object.keys(states);
  const started = Object.entries(states).filter(([, { kind }]) => kind !== 'target');
  if (state !== undefined && !known.includes(state)) return `has state ${state}, but there are ${known.join(', ')}`;
  if (state !== undefined && states[state]?.kind === 'target')
    return `has state ${state}, which runs already: events are for servers that the run starts (server or command)`;
  if (started.length === 0) return 'is of no server: events are for servers that the run starts (server or command)';
  const few = started.find(([label, one]) => (state ?? label) === label && nodesOf(one) < (node ?? 1));
  if (few !== undefined) return `has node ${String(node)}, but ${few[0]} has ${String(nodesOf(few[1]))}`;
  if (at !== undefined && lengthMs !== undefined && at >= lengthMs)
    return `is at ${String(at)}ms, but each window ends after ${String(lengthMs)}ms (see plan.duration and plan.rounds)`;
  return undefined;
};

const nodesOf = (state: StateSettings): number => {
  switch (state.kind) {
    case 'target':
      return 1;
    case 'server':
      return state.server.nodes;
    case 'command':
      return state.command.nodes;
  }
};
