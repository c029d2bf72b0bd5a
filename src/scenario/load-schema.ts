import { MODES } from '../domain/mode.ts';
import { isProtocol, PROTOCOLS } from '../domain/protocol.ts';
import { SESSION_POLICIES } from '../domain/session-policy.ts';
import { z } from '../domain/zod.ts';
import { ARRIVALS } from './arrivals.ts';
import { choice, count, duration, rate, share, shareOrNone } from './fields.ts';
import { objective } from './objective.ts';

/**
 * How handshakes are started.
 *
 * - `closed`: each of N virtual clients starts its next handshake when its last one has ended.
 * - `open`: handshakes start on a schedule that does not wait for any of them to end.
 * - `storm`: N clients reconnect within a time, once each, as after a deploy that drops all connections.
 * - `capacity`: open load at rates that are searched for, until the highest is found that keeps an objective.
 * - `sequential`: one at a time, with nothing else going on: each connection is ended in order before the next begins.
 */
const LOAD_MODELS = ['closed', 'open', 'storm', 'sequential', 'capacity'] as const;

export type LoadModel = (typeof LOAD_MODELS)[number];

/** `1.2` means `TLSv1.2`, on the command line and in a file. */
export const protocol = z.preprocess((value) => {
  const spelt = `TLSv${String(value)}`;
  return isProtocol(spelt) ? spelt : value;
}, choice(PROTOCOLS));

const rampSchema = z
  .strictObject({
    from: rate().meta({ description: 'The rate at the beginning' }),
    to: rate().meta({ description: 'The rate at the end' }),
    over: duration(10).meta({ description: 'How long the way from one to the other takes' }),
    steps: count(1).optional().meta({ description: 'Go in so many equal steps instead of a steady slope' }),
  })
  .meta({ description: 'A ramp, or steps' });

const mixSchema = z
  .union(
    [
      z
        .partialRecord(z.enum(MODES), share())
        .transform((shares) =>
          Object.entries(shares).map(([mode, value]) => ({ mode: mode as (typeof MODES)[number], share: value })),
        ),
      z.array(z.strictObject({ protocol: protocol.optional(), mode: choice(MODES), share: share() })),
    ],
    { error: `must map modes to shares such as {full: 20%, ticket: 80%}, or be a list of {protocol, mode, share}` },
  )
  .refine((parts) => parts.length > 0, { error: 'must have at least one part' })
  .refine((parts) => Math.abs(parts.reduce((sum, part) => sum + part.share, 0) - 1) < 1e-9, {
    error: 'must have shares that add up to 100%',
  });

export const loadSchema = z
  .strictObject({
    model: choice(LOAD_MODELS).optional().meta({
      flag: 'load',
      description:
        'How handshakes are started: closed, each virtual client starts its next when one ends; open, by a rate; storm; sequential; capacity, a search for the highest rate that keeps an objective [default: closed, or open with a rate, or capacity with an objective]',
    }),
    concurrency: count(1).optional().meta({
      flag: 'concurrency',
      alias: 'c',
      description: 'Handshakes in flight: as many as this in closed load, at most in open load [default: 16, or 1000]',
    }),
    rate: z
      .union([rate(), rampSchema], {
        error: 'must be a rate with its unit of time such as "500/s", or a ramp such as {from: 100/s, to: 2k/s, over: 30s}',
      })
      .optional()
      .meta({ flag: 'rate', alias: 'r', description: 'Handshakes that begin per time in open load, such as 500/s' }),
    arrivals: choice(ARRIVALS).default('constant').meta({
      flag: 'arrivals',
      description: 'Gaps of an open load: constant, or poisson as of clients that do not know of each other',
    }),
    clients: count(1).optional().meta({ flag: 'clients', description: 'Clients of a storm: each reconnects once' }),
    over: duration(1).optional().meta({ flag: 'over', description: 'Time within which the clients of a storm reconnect' }),
    objective: objective.optional().meta({
      flag: 'objective',
      description: 'What a rate must keep in a search for the capacity: a quantile of the response time, such as "p99 < 25ms"',
    }),
    maxErrors: shareOrNone().prefault('0.1%').meta({
      flag: 'max-errors',
      description: 'Highest share of handshakes that may fail or be declined at a rate that counts as sustained [default: 0.1%]',
    }),
    tolerance: share()
      .prefault('5%')
      .meta({ flag: 'tolerance', description: 'How close below a rate that fails the capacity is searched [default: 5%]' }),
    mix: mixSchema.optional().meta({
      description: 'Several modes in one stream by their shares, such as {full: 20%, ticket: 80%}, instead of one after another',
    }),
    sessions: choice(SESSION_POLICIES).default('distinct').meta({
      flag: 'sessions',
      description:
        'Which session is offered: distinct per virtual client, the newest of all, each a single time, or one fixed for all',
    }),
    offerAfter: duration(0).prefault('0').meta({
      flag: 'offer-after',
      description: 'Least age of a session that is offered, so that the expiry of sessions on the server shows',
    }),
  })
  .superRefine((load, context) => {
    for (const { path, message } of flaws(load)) context.addIssue({ code: 'custom', message, path: [...path], input: load });
  })
  .transform((load) => {
    const model = modelOf(load);
    return { ...load, model, concurrency: load.concurrency ?? DEFAULT_CONCURRENCY[model] };
  });

/** In open load the number in flight follows from the schedule; the bound only keeps a server that hangs from taking all descriptors. */
const DEFAULT_CONCURRENCY: Readonly<Record<LoadModel, number>> = {
  closed: 16,
  open: 1000,
  storm: 1000,
  sequential: 1,
  capacity: 1000,
};

interface RawLoad {
  readonly model?: LoadModel | undefined;
  readonly rate?: unknown;
  readonly clients?: unknown;
  readonly over?: unknown;
  readonly mix?: unknown;
  readonly objective?: unknown;
  readonly concurrency?: number | undefined;
}

const modelOf = ({ model, rate, objective: asked }: RawLoad): LoadModel => {
  if (model !== undefined) return model;
  if (asked !== undefined) return 'capacity';
  return rate === undefined ? 'closed' : 'open';
};

interface LoadFlaw {
  readonly path: readonly string[];
  readonly message: string;
}

const flaws = (load: RawLoad): LoadFlaw[] => {
  const model = modelOf(load);
  const flaw = (condition: boolean, key: keyof RawLoad, message: string): LoadFlaw[] =>
    condition ? [{ path: [key], message }] : [];
  return [
    ...flaw(model === 'open' && load.rate === undefined, 'rate', 'must be given for open load, such as "500/s"'),
    ...flaw(model !== 'open' && load.rate !== undefined, 'rate', `belongs to open load, not to ${model} (leave one of them out)`),
    ...flaw(model === 'storm' && load.clients === undefined, 'clients', 'must be given for a storm, such as "50k"'),
    ...flaw(model === 'storm' && load.over === undefined, 'over', 'must be given for a storm, such as "10s"'),
    ...flaw(model !== 'storm' && load.clients !== undefined, 'clients', `belongs to a storm, not to ${model} load`),
    ...flaw(model !== 'storm' && load.over !== undefined, 'over', `belongs to a storm, not to ${model} load`),
    ...flaw(
      model === 'capacity' && load.objective === undefined,
      'objective',
      'must be given for capacity, such as "p99 < 25ms"',
    ),
    ...flaw(
      model !== 'capacity' && load.objective !== undefined,
      'objective',
      `belongs to a search for the capacity, not to ${model} load`,
    ),
    ...flaw(model === 'sequential' && load.mix !== undefined, 'mix', 'cannot be sequential: it is one stream of several modes'),
    ...flaw(model === 'sequential' && (load.concurrency ?? 1) !== 1, 'concurrency', 'must be 1 in sequential load'),
  ];
};
