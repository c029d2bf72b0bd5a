import { ResumarkError } from '../../domain/error.ts';
import type { ServerAction } from '../../domain/event-record.ts';
import { eventsOfState } from '../../scenario/event-plan.ts';
import type { EventSettings } from '../../scenario/event-schema.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { nameOf, type OpenState } from './open-states.ts';
import { readTemplates } from './templates.ts';

/** Something that will be done to a state's servers in every window that measures them. */
export interface ServerEvent extends Pick<EventSettings, 'at' | 'after' | 'node'> {
  readonly state: string;
  readonly action: ServerAction;
  /** @throws ResumarkError TARGET when the server does not take it. */
  readonly carryOut: () => Promise<void>;
}

/** As in a deploy: a fleet goes on serving. Everything else is done to all nodes at once. */
const ROLLING: readonly ServerAction[] = ['reload', 'restart'];

/**
 * Gets the events of a scenario ready.
 *
 * @throws ResumarkError USAGE when a server cannot do what is asked, or a file cannot be read.
 */
export const prepareEvents = async (scenario: Scenario, states: readonly OpenState[]): Promise<ServerEvent[]> => {
  const events = states.flatMap((state) => eventsOfState(scenario, state.label).map((event) => prepared(event, state)));
  return Promise.all(events);
};

const prepared = async ({ do: action, at, after, node, files = {} }: EventSettings, state: OpenState): Promise<ServerEvent> => {
  const texts = await readTemplates(files);
  const controls = node === undefined ? state.controls : state.controls.slice(node - 1, node);
  const steps = controls.map((control) => {
    const step = control[action];
    if (step === undefined) throw cannot(action, state);
    return () => step(texts);
  });
  const carryOut = async (): Promise<void> => {
    if (ROLLING.includes(action)) for (const step of steps) await step();
    else await Promise.all(steps.map((step) => step()));
  };
  return { state: state.label, action, at, after, node, carryOut };
};

const cannot = (action: ServerAction, state: OpenState): ResumarkError => {
  const able = Object.keys(state.controls[0] ?? {});
  return new ResumarkError(
    'USAGE',
    `the event ${action} is not to be had of ${nameOf(state)}.`,
    able.length === 0 ? 'Nothing can be done to it in a run.' : `It can: ${able.join(', ')}.`,
  );
};
