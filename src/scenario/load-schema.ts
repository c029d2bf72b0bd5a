import { MODES } from '../domain/mode.ts';
import { isProtocol, PROTOCOLS } from '../domain/protocol.ts';
import { SESSION_POLICIES } from '../domain/session-policy.ts';
import { z } from '../domain/zod.ts';
import { ARRIVALS } from './arrivals.ts';
import { choice, count, duration, rate, share, shareOrNone } from './fields.ts';
import { objective } from './objective.ts';

/**
 * The models of load, which decide when handshakes start.
 *
 * - `closed`: each of N virtual clients starts its next handshake when its previous one has ended.
 * - `open`: handshakes start on a schedule that does not wait for any of them to end.
 * - `storm`: N clients reconnect once each within a time, as after a deploy that drops all
 *   connections.
 * - `capacity`: open load at varying rates, to find the highest one that meets an objective.
 * - `sequential`: one at a time; each connection is closed in order before the next begins.
 */
const LOAD_MODELS = ['closed', 'open', 'storm', 'sequential', 'capacity'] as const;

export type LoadModel = (typeof LOAD_MODELS)[number];

/** As YAML reads a version without quotes. */
const BARE_VERSIONS = [1.2, 1.3] as const;

const PROTOCOL_MESSAGE = `must be one of ${PROTOCOLS.join(', ')}`;

/** A protocol version; `1.2` stands for `TLSv1.2`, on the command line and in a file. */
export const protocol = z
  .union([z.enum(PROTOCOLS), z.enum(['1.2', '1.3']), z.literal(BARE_VERSIONS)], { error: PROTOCOL_MESSAGE })
  .transform((value, context) => {
    const spelt = isProtocol(value) ? value : `TLSv${String(value)}`;
    if (isProtocol(spelt)) return spelt;
    context.addIssue(PROTOCOL_MESSAGE);
    return z.NEVER;
  });

const rampSchema = z
  .strictObject({
    from: rate().meta({ description: 'Rate at the beginning' }),
    to: rate().meta({ description: 'Rate at the end' }),
    over: duration(10).meta({ description: 'Duration of the ramp' }),
    steps: count(1, 10_000).optional().meta({ description: 'Number of equal steps, instead of a steady slope' }),
  })
  .meta({ description: 'A rate that rises or falls, steadily or in steps' });

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
        'When handshakes start: closed (each virtual client starts its next one when one ends), open (at a rate), storm, sequential, or capacity (search for the highest rate that meets an objective) [default: closed, or open with --rate, or capacity with --objective]',
    }),
    concurrency: count(1, 1e6).optional().meta({
      flag: 'concurrency',
      alias: 'c',
      description: 'Handshakes in flight: the number in closed load, the limit in open load [default: 16 closed, 1000 open]',
    }),
    rate: z
      .union([rate(), rampSchema], {
        error:
          'must be a rate of at most 1M/s with a unit of time, such as "500/s", or a ramp such as {from: 100/s, to: 2k/s, over: 30s}',
      })
      .optional()
      .meta({ flag: 'rate', alias: 'r', description: 'Rate at which handshakes start in open load, such as 500/s' }),
    arrivals: choice(ARRIVALS).default('constant').meta({
      flag: 'arrivals',
      description: 'Gaps between starts in open load: constant, or poisson (as of independent clients)',
    }),
    clients: count(1, 1e6).optional().meta({
      flag: 'clients',
      description:
        'Clients of each cell, each with a session of its own; in a storm each reconnects once [default: the sessions that are in use at a time and 32 more]',
    }),
    over: duration(1).optional().meta({ flag: 'over', description: 'Time in which the clients of a storm reconnect' }),
    objective: objective.optional().meta({
      flag: 'objective',
      description: 'Objective of a capacity search: a limit on a quantile of the response time, such as "p99 < 25ms"',
    }),
    maxErrors: shareOrNone().prefault('0.1%').meta({
      flag: 'max-errors',
      description: 'Largest share of failed or declined handshakes at a rate that counts as sustained [default: 0.1%]',
    }),
    tolerance: share().prefault('5%').meta({
      flag: 'tolerance',
      description: 'Precision of a capacity search: the distance between the rate found and one that fails [default: 5%]',
    }),
    mix: mixSchema.optional().meta({
      description:
        'Several modes in one stream, with their shares, such as {full: 20%, ticket: 80%}, instead of one mode after another',
    }),
    sessions: choice(SESSION_POLICIES).default('distinct').meta({
      flag: 'sessions',
      description:
        'Session to offer: distinct (each virtual client its own), newest (of all clients), single-use, or fixed (one for all)',
    }),
    offerAfter: duration(0).prefault('0').meta({
      flag: 'offer-after',
      description: 'Minimum age of an offered session, to test session expiry on the server',
    }),
  })
  .superRefine((load, context) => {
    for (const { path, message } of flaws(load)) context.addIssue({ code: 'custom', message, path: [...path], input: load });
  })
  .transform((load) => {
    const model = modelOf(load);
    return { ...load, model, concurrency: load.concurrency ?? DEFAULT_CONCURRENCY[model] };
  });

/**
 * In open load the schedule decides how many are in flight; the limit only keeps a hanging server
 * from using up all file descriptors.
 */
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
  readonly clients?: number | undefined;
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
  return [
    ...flaw(model === 'open' && load.rate === undefined, 'rate', 'must be given for open load, such as "500/s"'),
    ...flaw(
      model !== 'open' && load.rate !== undefined,
      'rate',
      `belongs to open load, not to ${model} load (leave one of them out)`,
    ),
    ...clientFlaws(model, load),
    ...flaw(model === 'storm' && load.over === undefined, 'over', 'must be given for a storm, such as "10s"'),
    ...flaw(model !== 'storm' && load.over !== undefined, 'over', `belongs to a storm, not to ${model} load`),
    ...flaw(
      model === 'capacity' && load.objective === undefined,
      'objective',
      'must be given for a capacity search, such as "p99 < 25ms"',
    ),
    ...flaw(
      model !== 'capacity' && load.objective !== undefined,
      'objective',
      `belongs to a capacity search, not to ${model} load`,
    ),
    ...flaw(
      model === 'sequential' && load.mix !== undefined,
      'mix',
      'cannot be combined with sequential load: it is one stream of several modes',
    ),
    ...flaw(model === 'sequential' && (load.concurrency ?? 1) !== 1, 'concurrency', 'must be 1 in sequential load'),
  ];
};

const clientFlaws = (model: LoadModel, { clients, concurrency = DEFAULT_CONCURRENCY[model] }: RawLoad): LoadFlaw[] => {
  if (clients === undefined) return flaw(model === 'storm', 'clients', 'must be given for a storm, such as "50k"');
  return [
    ...flaw(
      model === 'capacity' || model === 'sequential',
      'clients',
      `belongs to open and closed load and to a storm, not to ${model} load`,
    ),
    ...flaw(
      model === 'closed' && clients < concurrency,
      'clients',
      'must be at least the concurrency: in closed load each client has one connection',
    ),
  ];
};

const flaw = (condition: boolean, key: keyof RawLoad, message: string): LoadFlaw[] =>
  condition ? [{ path: [key], message }] : [];
