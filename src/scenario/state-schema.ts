import { z } from '../domain/zod.ts';
import { commandSchema, type CommandSettings } from './command-schema.ts';
import { flag, text } from './fields.ts';
import { resumption, serverSchema, type Resumption, type ServerSettings } from './server-schema.ts';
import { wayFields, wayOf, type WaySettings } from './way-schema.ts';

/** A server that runs already. */
export interface TargetState {
  readonly kind: 'target';
  /** As the user wrote it: `host:port`. */
  readonly target: string;
  /** Resumption that it is known to offer; `undefined` where nothing is known. */
  readonly resumption: readonly Resumption[] | undefined;
  /** Settings of this state alone; `undefined` leaves it to the scenario. */
  readonly servername: string | undefined;
  readonly cacert: string | undefined;
  readonly insecure: boolean | undefined;
}

/**
 * A reference server that the run starts and stops.
 *
 * @public The type of `scenarioSchema` names it.
 */
export interface ServerState {
  readonly kind: 'server';
  readonly server: ServerSettings;
  readonly way: WaySettings | undefined;
}

/**
 * A server program of this machine that the run starts and stops.
 *
 * @public The type of `scenarioSchema` names it.
 */
export interface CommandState {
  readonly kind: 'command';
  readonly command: CommandSettings;
  readonly way: WaySettings | undefined;
}

/** A state, decoded: what it is decides what else there is to know of it. */
export type StateSettings = TargetState | ServerState | CommandState;

export const stateSchema = z
  .strictObject({
    target: text('host:port').optional().meta({ description: 'A running server, as host:port' }),
    resumption: resumption.optional().meta({
      description: 'Resumption that the target is known to offer. Modes that it does not offer are then expected to be declined',
    }),
    server: serverSchema.optional().meta({ description: 'A reference server, which the run starts and stops' }),
    command: commandSchema
      .optional()
      .meta({ description: 'A server program of this machine, such as nginx, which the run starts and stops' }),
    servername: text('a host name')
      .optional()
      .meta({ description: "SNI, and the name that the certificate is verified against [default: the target's host]" }),
    cacert: text('a path').optional().meta({ description: 'PEM file with the CAs to trust for this state' }),
    insecure: flag.optional().meta({ description: 'Do not verify the certificate of this state' }),
    ...wayFields,
  })
  .refine(({ server, command, resumption }) => (server ?? command) === undefined || resumption === undefined, {
    error: 'must state the resumption of a server that the run starts inside server or command',
  })
  .refine((state) => state.target === undefined || wayOf(state) === undefined, {
    error: 'has rtt, jitter or loss, which are for servers that the run starts: the way to a target is what it is',
  })
  .transform(({ target, server, command, resumption, servername, cacert, insecure, ...way }, context): StateSettings => {
    if ([target, server, command].filter((kind) => kind !== undefined).length === 1) {
      if (target !== undefined) return { kind: 'target', target, resumption, servername, cacert, insecure };
      if (server !== undefined) return { kind: 'server', server, way: wayOf(way) };
      if (command !== undefined) return { kind: 'command', command, way: wayOf(way) };
    }
    context.addIssue('must have one of target (a running server), server and command (one to start)');
    return z.NEVER;
  });
