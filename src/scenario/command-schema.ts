import { z } from '../domain/zod.ts';
import { choice, text } from './fields.ts';
import { labelsEveryNode, programFleetFields } from './fleet-schema.ts';
import { resumption, serverSchema } from './server-schema.ts';

const argument = z.string('must be text');

/** A name and no path: the file is made in the program's own folder. */
const fileName = z.string().regex(/^\w[\w.-]*$/u, 'must be a file name without a folder, such as my.conf');

export const fileTemplates = z.record(fileName, text('the path of a template'), 'must map file names to templates');

/** Signals that a server may take for a word to read its configuration again. */
const RELOAD_SIGNALS = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

export const commandSchema = z
  .strictObject({
    program: text('the name or path of a program').meta({
      description:
        'Server program, as a name or a path. nginx, haproxy, apache, caddy, gnutls-serv, openssl and envoy need no args',
    }),
    certificate: serverSchema.shape.certificate,
    resumption: resumption.optional().meta({
      description: 'Resumption that the server is set to offer: none, cache, tickets, or a list [default: all that it can]',
    }),
    args: z
      .array(argument, 'must be a list of arguments')
      .optional()
      .meta({ description: 'Arguments of a program of your own; they may name values such as {{port}}' }),
    files: fileTemplates.optional().meta({
      description: 'Files that a program of your own finds in its folder, by name: templates, whose values are filled in',
    }),
    reloadSignal: choice(RELOAD_SIGNALS).optional().meta({
      description: 'Signal at which a program of your own reads its files again, for events [default: it cannot]',
    }),
    ...programFleetFields,
  })
  .check(labelsEveryNode)
  .refine(({ args, files }) => files === undefined || args !== undefined, {
    error: 'must have args beside files: a program with settings of its own needs both',
  })
  .refine(({ args, reloadSignal }) => reloadSignal === undefined || args !== undefined, {
    error: 'must have args beside reloadSignal: it is known of other programs how they reload',
  });

export type CommandSettings = Readonly<z.output<typeof commandSchema>>;
