import { SERVER_ACTIONS, type ServerAction } from '../domain/event-record.ts';
import { z } from '../domain/zod.ts';
import { fileTemplates } from './command-schema.ts';
import { choice, count, duration, text } from './fields.ts';
import { MOST_NODES } from './fleet-schema.ts';

/** Actions after which a server reads its files anew. */
const READING: readonly ServerAction[] = ['reload', 'restart', 'start'];

/** Beyond it lies what no window holds. */
const MOST_HANDSHAKES = 1e9;

const eventSchema = z
  .strictObject({
    at: duration(0).optional().meta({ description: 'Time from the start of each window' }),
    after: count(1, MOST_HANDSHAKES).optional().meta({ description: 'Finished handshakes of each window, instead of a time' }),
    do: choice(SERVER_ACTIONS).meta({
      description:
        'What is done to the server: rotate (another ticket key), renew (another certificate), reload, restart, stop or start',
    }),
    state: text('the label of a state')
      .optional()
      .meta({ description: 'State whose server it is [default: every state with a server that the run starts]' }),
    node: count(1, MOST_NODES).optional().meta({ description: 'Number of the node in a fleet, from 1 [default: all]' }),
    files: fileTemplates.optional().meta({
      description: 'Files that are put in the place of others before a program reloads or restarts, by name: templates',
    }),
  })
  .refine(({ at, after }) => (at === undefined) !== (after === undefined), {
    error: 'must have one of at (a time, such as 10s) and after (a number of handshakes)',
  })
  .refine(({ do: action, files }) => files === undefined || READING.includes(action), {
    error: `must have files only where the server reads them: ${READING.join(', ')}`,
  });

export const eventsSchema = z.array(eventSchema, 'must be a list of events such as {at: 10s, do: renew}').default([]);

/** Something that is done to servers in every window that measures them. */
export type EventSettings = Readonly<z.output<typeof eventSchema>>;
