import { z } from '../domain/zod.ts';
import { choice, count, text } from './fields.ts';

/** The rules by which a balancer chooses the node of a connection. */
const BALANCES = ['round-robin', 'least-connections', 'source'] as const;

export type Balance = (typeof BALANCES)[number];

/** More server processes than that say nothing that fewer do not. */
export const MOST_NODES = 64;

const WANTED_KEYS =
  'must be own, shared, file: and the path of a key, or a list with a label for each node, such as [a, a, a, b]';

const keyFile = z.string().regex(/^file:./u, WANTED_KEYS);

const ticketKeys = z.union([choice(['own', 'shared']), keyFile, z.array(text('a label'))], { error: WANTED_KEYS });

/** Settings of servers that stand together behind a balancer. */
export const fleetFields = {
  nodes: count(1, MOST_NODES)
    .prefault(1)
    .meta({ description: 'Number of servers; several stand behind a TCP balancer, and each can be reached by itself too' }),
  balance: choice(BALANCES)
    .default('round-robin')
    .meta({ description: 'Rule by which the balancer of several nodes chooses one for each connection' }),
  ticketKeys: ticketKeys.default('own').meta({
    description:
      'Ticket keys of several nodes: own (each its own), shared (one for all), file:PATH (all have the key in that file of 80 bytes), or a label per node, where those of one label share a key',
  }),
  sessionCache: choice(['own', 'shared'])
    .default('own')
    .meta({ description: 'Session cache of several nodes: each its own, or one for all' }),
};

/** The same for programs, which keep their sessions to themselves. */
export const programFleetFields = {
  ...fleetFields,
  sessionCache: z
    .enum(['own'], 'must be own: a program shares its session cache with no other (nginx does among its own workers only)')
    .default('own')
    .meta({ description: 'Session cache of several nodes: each its own' }),
};

export type FleetSettings = Readonly<z.output<z.ZodObject<typeof fleetFields>>>;

/** The labels of a list are for as many nodes as there are. */
export const labelsEveryNode = ({ value, issues }: z.core.ParsePayload<Pick<FleetSettings, 'nodes' | 'ticketKeys'>>): void => {
  const { nodes, ticketKeys: keys } = value;
  if (typeof keys === 'string' || keys.length === nodes) return;
  issues.push({
    code: 'custom',
    path: ['ticketKeys'],
    input: value,
    message: `must have a label for each of the nodes (${String(nodes)})`,
  });
};
