import type { Argv } from 'yargs';
import type { ExitCode } from '../domain/error.ts';
import { render } from '../report/formats.ts';
import { noticeText } from '../report/notice-text.ts';
import { execute } from '../run/execute.ts';
import { RunStore } from '../run/store.ts';
import type { DecodedScenario } from '../scenario/decode.ts';
import type { CommandContext } from './context.ts';
import { exitCodeOf } from './exit-code.ts';
import type { ParsedFlags } from './flags.ts';
import { formatOf, formatOption } from './format.ts';
import { listenForInterrupt } from './interrupt.ts';
import { ProgressLine } from './progress.ts';

/** The flags of every command that measures. */
export const withOutputFlags = (yargs: Argv): Argv =>
  yargs
    .option('output', {
      alias: 'o',
      type: 'string',
      requiresArg: true,
      default: 'results',
      describe: 'Folder in which the run folder is made',
      group: 'Output:',
    })
    .option('format', { ...formatOption, group: 'Output:' })
    .option('quiet', { alias: 'q', type: 'boolean', describe: 'No progress and no notices', group: 'Output:' });

/** Measures a scenario, shows how it goes, prints the result and gives the exit code. */
export const measure = async ({ terminal }: CommandContext, decoded: DecodedScenario, parsed: ParsedFlags): Promise<ExitCode> => {
  const format = formatOf(parsed['format']);
  const isQuiet = parsed['quiet'] === true;
  const progress = new ProgressLine(terminal);
  const interrupt = listenForInterrupt();
  try {
    const run = await execute(decoded, {
      signal: interrupt.signal,
      store: (runId) => RunStore.create(String(parsed['output']), runId),
      ...(!isQuiet && { onEvent: progress.onEvent }),
    });
    terminal.out(render(run, format, { colour: terminal.hasColour, columns: terminal.columns }));
    if (!isQuiet) for (const notice of run.notices) terminal.err(`${noticeText(notice)}\n`);
    return exitCodeOf(run, interrupt.received());
  } finally {
    progress.clear();
    interrupt.end();
  }
};
