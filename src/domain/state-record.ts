import { FINISHED_COUNTS } from './block-counts.ts';
import { CPU_ABSENCES } from './server-cpu.ts';
import { z } from './zod.ts';

const whole = z.int().nonnegative();

/** The way to a server that the run has started. */
const waySchema = z.object({
  /** Through a network of the run's own, or through a relay of bytes, which the TCP connect does not notice. */
  kind: z.enum(['network', 'relay']),
  rttMs: z.number().nonnegative(),
  jitterMs: z.number().nonnegative(),
  loss: z.number().min(0).max(1),
});

/** A server's own account of the handshakes of a run, from its start to the end of the run. */
const accountSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('read'),
    server: FINISHED_COUNTS.schema,
    ours: FINISHED_COUNTS.schema,
    /** Connections that failed on our side, or whose request was not answered: they may be in the server's account all the same. */
    failed: whole,
  }),
  z.object({ state: z.literal('absent'), reason: z.string() }),
]);

/** A state of a run: its server, and how it was reached. */
export const stateSchema = z.object({
  label: z.string(),
  /** Kind of server: one that ran already, or a reference server or a program that the run started. */
  kind: z.enum(['target', 'server', 'command']),
  /** As the scenario names it, `host:port`; or what was started, such as `reference server on OpenSSL 3.5.8` or `nginx 1.22.1`. */
  target: z.string(),
  address: z.string(),
  port: whole,
  serverName: z.string().nullable(),
  verified: z.boolean(),
  /** Source of the server's CPU time, null when it could not be. */
  cpuSource: z.string().nullable(),
  /** The reason why it could not be. */
  cpuAbsence: z.enum(CPU_ABSENCES).nullable().default(null),
  /** Absent where the server is dialled as it is. */
  way: waySchema.optional(),
  /** Where each node of a fleet can be reached by itself; absent where the server is no fleet. */
  nodes: z.array(z.object({ address: z.string(), port: whole })).optional(),
  /** Absent until the run has ended, for a server that ran already, and in older files. */
  account: accountSchema.optional(),
});

export type StateRecord = Readonly<z.infer<typeof stateSchema>>;

export type AccountRecord = Readonly<z.infer<typeof accountSchema>>;
