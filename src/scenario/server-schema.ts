import { z } from '../domain/zod.ts';
import { choice, duration } from './fields.ts';
import { fleetFields, labelsEveryNode } from './fleet-schema.ts';
import { agreesWithResumption, KEY_TYPES, knobFields } from './server-knobs.ts';

const RESUMPTIONS = ['cache', 'tickets'] as const;

export type Resumption = (typeof RESUMPTIONS)[number];

/** `none`, one of the ways, or a list of them; given back as a list. */
export const resumption = z
  .union([choice(['none', ...RESUMPTIONS]), z.array(choice(RESUMPTIONS))], {
    error: `must be none, ${RESUMPTIONS.join(', ')} or a list of them`,
  })
  .transform((value) => (value === 'none' ? [] : [...new Set(typeof value === 'string' ? [value] : value)]));

/** Beyond every time limit of a client. */
const MOST_DELAY_MS = 60_000;

export const serverSchema = z
  .strictObject({
    certificate: choice(KEY_TYPES).default('ecdsa-p256').meta({ description: "Key type of the server's certificate" }),
    resumption: resumption
      .default(['cache', 'tickets'])
      .meta({ description: 'Resumption that the server offers: none, cache, tickets, or a list' }),
    delay: duration(0, MOST_DELAY_MS)
      .prefault('0')
      .meta({ description: 'Time by which the server delays each handshake, for tests with a known latency' }),
    work: duration(0, MOST_DELAY_MS)
      .prefault('0')
      .meta({ description: 'Extra CPU time that the server burns in each handshake, for tests with a known regression' }),
    ...fleetFields,
    ...knobFields,
  })
  .check(agreesWithResumption)
  .check(labelsEveryNode);

export type ServerSettings = Readonly<z.output<typeof serverSchema>>;
