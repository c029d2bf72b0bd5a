import type { Argv } from 'yargs';
import { summarizeRun, type RunSummary } from '../analysis/summary/run-summary.ts';
import type { ExitCode } from '../domain/error.ts';
import type { GateDecision } from '../domain/gate.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { render } from '../report/formats.ts';
import { noticeText } from '../report/text/notice.ts';
import { executeGated } from '../run/studies/gated-run.ts';
import { execute } from '../run/execute.ts';
import type { ExecuteOptions } from '../run/prepare/prepared.ts';
import { RunStore } from '../run/files/run-folder.ts';
import type { DecodedScenario } from '../scenario/decode.ts';
import type { CommandContext } from './context.ts';
import { exitCodeOf, gateExitCode, gravest } from './exit-code.ts';
import type { ParsedFlags } from './flags.ts';
import { formatOf, formatOption } from './format.ts';
import { confirmOf, passesInconclusive, tellGithub, withGateFlags } from './gate-flags.ts';
import { listenForInterrupt, type Signal } from './interrupt.ts';
import { ProgressLine } from './progress.ts';
import { styleOf, type Terminal } from './terminal.ts';

/** The flags of every command that measures. */
export const withOutputFlags = (yargs: Argv): Argv =>
  withGateFlags(withRunFlags(yargs)).option('format', { ...formatOption, group: 'Output:' });

/** Where the run goes, and how much is said. */
export const withRunFlags = (yargs: Argv): Argv =>
  yargs
    .option('output', {
      alias: 'o',
      type: 'string',
      requiresArg: true,
      default: 'results',
      describe: 'Folder in which the run folder is made',
      group: 'Output:',
    })
    .option('quiet', { alias: 'q', type: 'boolean', describe: 'No progress, and of the notices only errors', group: 'Output:' });

/** Measures a scenario, shows how it goes, prints the result and gives the exit code. */
export const measure = async (context: CommandContext, decoded: DecodedScenario, parsed: ParsedFlags): Promise<ExitCode> => {
  const { terminal } = context;
  const format = formatOf(parsed['format']);
  const passesNoise = passesInconclusive(parsed);
  const { result, signal } = await watched(context, parsed, (options) => measured(decoded, parsed, options));
  const { summary, decision } = result;
  terminal.out(render(summary, format, { style: styleOf(terminal), decision }));
  tellNotices(terminal, summary.run, parsed);
  const runCode = exitCodeOf(summary, signal);
  if (decision === undefined) return runCode;
  await tellGithub(terminal, parsed, { summary, decision });
  return gravest(runCode, gateExitCode(decision, passesNoise));
};

/** With gates where they were asked for: by --gate, or by naming one. */
const measured = async (
  decoded: DecodedScenario,
  parsed: ParsedFlags,
  options: ExecuteOptions,
): Promise<{ readonly summary: RunSummary; readonly decision?: GateDecision }> => {
  const isGated = parsed['gate'] === true || decoded.sources['gates'] === 'flag';
  if (!isGated) return { summary: summarizeRun(await execute(decoded, options)) };
  return executeGated(decoded, { ...options, confirm: confirmOf(parsed) });
};

/** Runs what measures, shows how it goes, and lets Ctrl-C end it. */
export const watched = async <Result>(
  { terminal }: CommandContext,
  parsed: ParsedFlags,
  task: (options: ExecuteOptions) => Promise<Result>,
): Promise<{ readonly result: Result; readonly signal: Signal | undefined }> => {
  const progress = new ProgressLine(terminal);
  const interrupt = listenForInterrupt();
  try {
    const result = await task({
      signal: interrupt.signal,
      store: (runId) => RunStore.create(String(parsed['output']), runId),
      ...(parsed['quiet'] !== true && { onEvent: progress.onEvent }),
    });
    return { result, signal: interrupt.received() };
  } finally {
    progress.clear();
    interrupt.end();
  }
};

export const tellNotices = (terminal: Terminal, run: RunRecord, parsed: ParsedFlags): void => {
  for (const notice of run.notices)
    if (parsed['quiet'] !== true || notice.severity === 'error') terminal.err(`${noticeText(notice)}\n`);
};
