import { join } from 'node:path';
import type { Argv } from 'yargs';
import { summarizeRun, type RunSummary } from '../analysis/summary/run-summary.ts';
import { isInterruption, ResumarkError, type ExitCode } from '../domain/error.ts';
import type { GateDecision } from '../domain/gate.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { render } from '../report/formats.ts';
import { noticeText } from '../report/text/notice.ts';
import { runGated } from '../run/studies/gated-run.ts';
import { run } from '../run/execute.ts';
import type { GatheredAgents } from '../run/gather-agents.ts';
import type { RunOptions } from '../run/prepare/prepared.ts';
import { RunStore } from '../run/files/run-folder.ts';
import type { DecodedScenario } from '../scenario/decode.ts';
import { agentsOfFlags } from './agent-flags.ts';
import type { CommandContext } from './context.ts';
import { exitCodeOf, gateExitCode, gravest } from './exit-code.ts';
import type { ParsedFlags } from './flags.ts';
import { documentFormatOf, documentFormatOption } from './format.ts';
import { acceptsPartial, confirmOf, passesInconclusive, tellGithub, withGateFlags } from './gate-flags.ts';
import { listenForInterrupt, type Signal } from './interrupt.ts';
import { ranInOwnNetwork } from './own-network.ts';
import { ProgressLine } from './progress.ts';
import { openFolderFile } from './side-output.ts';
import { styleOf, type Terminal } from './terminal.ts';

/** Declares the flags of every command that measures. */
export const withOutputFlags = (yargs: Argv): Argv =>
  withGateFlags(withRunFlags(yargs)).option('format', { ...documentFormatOption, group: 'Output:' });

/** Declares the flags for the run folder and for how much is printed. */
export const withRunFlags = (yargs: Argv): Argv =>
  yargs
    .option('output', {
      alias: 'o',
      type: 'string',
      requiresArg: true,
      default: 'results',
      describe: 'Folder to create the run folder in',
      group: 'Output:',
    })
    .option('folder-file', {
      type: 'string',
      requiresArg: true,
      describe: 'Write the path of the run folder to this file, for scripts; of several attempts, the last',
      group: 'Output:',
    })
    .option('quiet', {
      alias: 'q',
      type: 'boolean',
      describe: 'Print no progress, and of the notices only warnings and errors',
      group: 'Output:',
    });

/** Measures a scenario with progress, prints the result and returns the exit code. */
export const measure = async (context: CommandContext, decoded: DecodedScenario, parsed: ParsedFlags): Promise<ExitCode> => {
  const { terminal } = context;
  const format = documentFormatOf(parsed['format']);
  const passesNoise = passesInconclusive(parsed);
  const elsewhere = await ranInOwnNetwork(context, decoded.scenario);
  if (elsewhere !== undefined) return elsewhere;
  const { result, signal, folder } = await watched(context, parsed, (options) => measured(decoded, parsed, options));
  const { summary, decision } = result;
  terminal.out(render(summary, format, { style: styleOf(terminal), decision }));
  tellNotices(terminal, summary.run, parsed);
  if (folder !== undefined && parsed['quiet'] !== true) terminal.err(`report: ${join(folder, 'report.html')}\n`);
  const runCode = exitCodeOf(summary, signal, acceptsPartial(parsed));
  if (decision === undefined) return runCode;
  await tellGithub(terminal, parsed, { summary, decision });
  return gravest(runCode, gateExitCode(decision, passesNoise));
};

/** Measures, and applies gates where they were requested by --gate or --threshold. */
const measured = async (
  decoded: DecodedScenario,
  parsed: ParsedFlags,
  options: RunOptions,
): Promise<{ readonly summary: RunSummary; readonly decision?: GateDecision }> => {
  const isGated = parsed['gate'] === true || decoded.sources['gates'] === 'flag';
  if (!isGated) return { summary: summarizeRun(await run(decoded, options)) };
  return runGated(decoded, { ...options, confirm: confirmOf(parsed), acceptsPartial: acceptsPartial(parsed) });
};

/** Runs a task that measures, with progress, and lets Ctrl-C end it. */
export const watched = async <Result>(
  { terminal, args }: CommandContext,
  parsed: ParsedFlags,
  task: (options: RunOptions) => Promise<Result>,
): Promise<{ readonly result: Result; readonly signal: Signal | undefined; readonly folder: string | undefined }> => {
  const writeFolder = await openFolderFile(terminal, parsed['folder-file']);
  const progress = new ProgressLine(terminal);
  const interrupt = listenForInterrupt();
  let folder: string | undefined;
  let agents: GatheredAgents | undefined;
  try {
    agents = await agentsOfFlags(terminal, parsed, interrupt.signal);
    const result = await task({
      ...(agents !== undefined && { loadFrom: agents }),
      signal: interrupt.signal,
      command: args,
      store: async (runId) => {
        const store = await RunStore.create(String(parsed['output']), runId);
        folder = store.folder;
        await writeFolder(folder);
        return store;
      },
      ...(parsed['quiet'] !== true && { onEvent: progress.onEvent }),
    });
    return { result, signal: interrupt.received(), folder };
  } catch (error) {
    throw interruptedBy(interrupt.received(), error, folder);
  } finally {
    progress.clear();
    await agents?.close();
    interrupt.end();
  }
};

/** Says by which signal, and where an earlier attempt is that was to be confirmed. */
const interruptedBy = (signal: Signal | undefined, error: unknown, folder: string | undefined): unknown => {
  if (!isInterruption(error)) return error;
  const message = folder === undefined ? error.message : `interrupted before the next attempt; the last one is in ${folder}.`;
  return new ResumarkError(signal === 'SIGINT' ? 'INTERRUPTED' : 'TERMINATED', message);
};

/** Prints the notices of a run, with --quiet only those that put a number into question. */
export const tellNotices = (terminal: Terminal, run: RunRecord, parsed: ParsedFlags): void => {
  for (const notice of run.notices)
    if (parsed['quiet'] !== true || notice.severity !== 'info') terminal.err(`${noticeText(notice)}\n`);
};
