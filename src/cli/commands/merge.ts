import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import type { ExitCode } from '../../domain/error.ts';
import { render } from '../../report/formats.ts';
import { merge } from '../../run/studies/merge.ts';
import type { CommandContext } from '../context.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { ParsedFlags } from '../flags.ts';
import { documentFormatOf, documentFormatOption } from '../format.ts';
import { tellNotices, withRunFlags } from '../measure.ts';
import { openFolderFile } from '../side-output.ts';
import { styleOf } from '../terminal.ts';

/** `merge <run...>`: one run out of those of several machines; it never measures. */
export const mergeCommand = (context: CommandContext): CommandModule => ({
  command: 'merge <run...>',
  describe: 'Merge the runs of several machines that loaded one target at the same time',
  builder: (yargs: Argv) =>
    withRunFlags(yargs)
      .positional('run', {
        type: 'string',
        array: true,
        describe: 'Run folders, or their run.json: one per machine, named after the end of its path',
      })
      .option('format', { ...documentFormatOption, group: 'Output:' })
      .example('$0 merge m1/20260101T120000Z_edge m2/20260101T120000Z_edge', 'the runs of two machines, copied to one'),
  handler: async (parsed) => {
    context.exitWith(await mergeRunFolders(context, parsed));
  },
});

const mergeRunFolders = async ({ terminal }: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const format = documentFormatOf(parsed['format']);
  const writeFolder = await openFolderFile(terminal, parsed['folder-file']);
  const { summary, folder } = await merge(parsed['run'] as readonly string[], String(parsed['output']));
  await writeFolder(folder);
  terminal.out(render(summary, format, { style: styleOf(terminal) }));
  tellNotices(terminal, summary.run, parsed);
  if (parsed['quiet'] !== true) terminal.err(`report: ${join(folder, 'report.html')}\n`);
  return exitCodeOf(summary, undefined);
};
