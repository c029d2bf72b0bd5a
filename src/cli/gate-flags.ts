import { appendFile } from 'node:fs/promises';
import type { Argv } from 'yargs';
import type { RunSummary } from '../analysis/summary/run-summary.ts';
import { ResumarkError } from '../domain/error.ts';
import type { GateDecision } from '../domain/gate.ts';
import { render } from '../report/formats.ts';
import { parseCount } from '../scenario/quantity.ts';
import type { ParsedFlags } from './flags.ts';
import { choiceOf } from './format.ts';
import { writeBeside } from './side-output.ts';
import type { Terminal } from './terminal.ts';

/** The flag of every command that judges: the exit code of inconclusive results. */
export const inconclusiveOption = {
  type: 'string',
  requiresArg: true,
  default: 'fail',
  describe: 'Exit code of results that noise leaves inconclusive: 3 (fail) or 0 (pass)',
} as const;

/** The flag of every command that judges: what becomes of a run that lost a part of its load. */
export const allowPartialOption = {
  type: 'boolean',
  describe: 'Judge a partial run by what it has; without this it is refused, with exit code 5',
} as const;

/** Declares the flags of every command that applies gates. */
export const withJudgingFlags = (yargs: Argv): Argv =>
  yargs
    .option('inconclusive', { ...inconclusiveOption, group: 'Gates:' })
    .option('allow-partial', { ...allowPartialOption, group: 'Gates:' })
    .option('github', {
      type: 'boolean',
      describe: 'Annotate the GitHub Actions job and write its step summary',
      group: 'Gates:',
    });

/** Declares the flags of every command that measures and may apply gates. */
export const withGateFlags = (yargs: Argv): Argv =>
  withJudgingFlags(yargs)
    .option('gate', {
      type: 'boolean',
      describe: "Apply the scenario's gates; if it has none, require that no state is worse than the first",
      group: 'Gates:',
    })
    .option('confirm', {
      type: 'string',
      requiresArg: true,
      describe: 'Repeat failed gates up to this many times; only a gate that fails every time fails',
      defaultDescription: '0',
      group: 'Gates:',
    });

/** @throws ResumarkError USAGE for anything but a number of repetitions. */
export const confirmOf = ({ confirm = 0 }: ParsedFlags): number => {
  const times = parseCount(confirm);
  if (times !== undefined && times <= MOST_CONFIRMATIONS) return times;
  throw new ResumarkError(
    'USAGE',
    `--confirm must be a whole number from 0 to ${String(MOST_CONFIRMATIONS)}, but it is ${JSON.stringify(confirm)}.`,
  );
};

/** Repeated without limit, any gate would pass in the end. */
const MOST_CONFIRMATIONS = 5;

/** @throws ResumarkError USAGE for anything but pass and fail. */
export const passesInconclusive = (parsed: ParsedFlags): boolean =>
  choiceOf('--inconclusive', parsed['inconclusive'], ['pass', 'fail']) === 'pass';

export const acceptsPartial = (parsed: ParsedFlags): boolean => parsed['allow-partial'] === true;

/**
 * Reports to GitHub Actions with --github: annotations on stdout, and Markdown in the step summary.
 */
export const tellGithub = async (
  terminal: Terminal,
  parsed: ParsedFlags,
  { summary, decision }: { readonly summary: RunSummary; readonly decision: GateDecision },
): Promise<void> => {
  if (parsed['github'] !== true) return;
  terminal.out(render(summary, 'github', { decision }));
  const path = process.env['GITHUB_STEP_SUMMARY'];
  if (path === undefined || path === '') return;
  await writeBeside(terminal, `the file ${path} of GITHUB_STEP_SUMMARY`, () =>
    appendFile(path, render(summary, 'markdown', { decision })),
  );
};
