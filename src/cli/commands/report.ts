import type { Argv, CommandModule } from 'yargs';
import { EXIT } from '../../domain/error.ts';
import { render } from '../../report/formats.ts';
import { readRun } from '../../run/store.ts';
import type { CommandContext } from '../context.ts';
import { formatOf, formatOption } from '../format.ts';

/** `report <run...>`: renders runs again from their files; it never measures. */
export const reportCommand = ({ terminal, exitWith }: CommandContext): CommandModule => ({
  command: 'report <run...>',
  describe: 'Render runs that were measured before, from their folders',
  builder: (yargs: Argv) =>
    yargs
      .positional('run', { type: 'string', array: true, describe: 'Run folders, or their run.json' })
      .option('format', formatOption)
      .example('$0 report results/20260101T120000Z_demo --format markdown', ''),
  handler: async (parsed) => {
    const format = formatOf(parsed['format']);
    const runs = await Promise.all((parsed['run'] as readonly string[]).map(readRun));
    for (const run of runs) terminal.out(render(run, format, { colour: terminal.hasColour, columns: terminal.columns }));
    exitWith(EXIT.done);
  },
});
