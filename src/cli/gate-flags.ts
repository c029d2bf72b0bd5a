import { appendFile } from 'node:fs/promises';
import type { Argv } from 'yargs';
import type { RunSummary } from '../analysis/summary/run-summary.ts';
import { ResumarkError } from '../domain/error.ts';
import type { GateDecision } from '../domain/gate.ts';
import { render } from '../report/formats.ts';
import { parseCount } from '../scenario/quantity.ts';
import type { ParsedFlags } from './flags.ts';
import { choiceOf } from './format.ts';
import type { Terminal } from './terminal.ts';

/** What becomes of a doubt, for every command that judges. */
export const inconclusiveOption = {
  type: 'string',
  requiresArg: true,
  default: 'fail',
  describe: 'Whether what noise leaves undecided ends with exit code 3 (fail) or 0 (pass)',
} as const;

/** The flags of every command that judges gates. */
export const withJudgingFlags = (yargs: Argv): Argv =>
  yargs.option('inconclusive', { ...inconclusiveOption, group: 'Gates:' }).option('github', {
    type: 'boolean',
    describe: 'Annotate the job of GitHub Actions and write its step summary',
    group: 'Gates:',
  });

/** The flags of every command that measures and may judge what it measured. */
export const withGateFlags = (yargs: Argv): Argv =>
  withJudgingFlags(yargs)
    .option('gate', {
      type: 'boolean',
      describe: "Judge the scenario's gates; where it has none, that no state is worse than the first",
      group: 'Gates:',
    })
    .option('confirm', {
      type: 'string',
      requiresArg: true,
      describe: 'Measure a failure again up to so many times; only what fails every time fails',
      defaultDescription: '0',
      group: 'Gates:',
    });

/** @throws ResumarkError USAGE for what is no number of times. */
export const confirmOf = ({ confirm = 0 }: ParsedFlags): number => {
  const times = parseCount(confirm);
  if (times !== undefined && times <= MOST_CONFIRMATIONS) return times;
  throw new ResumarkError(
    'USAGE',
    `--confirm must be a whole number from 0 to ${String(MOST_CONFIRMATIONS)}, but it is ${JSON.stringify(confirm)}.`,
  );
};

/** Repeating until it passes would make any gate pass. */
const MOST_CONFIRMATIONS = 5;

/** @throws ResumarkError USAGE for a word that is none of the two. */
export const passesInconclusive = (parsed: ParsedFlags): boolean =>
  choiceOf('--inconclusive', parsed['inconclusive'], ['pass', 'fail']) === 'pass';

/** Tells GitHub Actions, where that was asked for: annotations on stdout, and Markdown into the file that it names. */
export const tellGithub = async (
  terminal: Terminal,
  parsed: ParsedFlags,
  { summary, decision }: { readonly summary: RunSummary; readonly decision: GateDecision },
): Promise<void> => {
  if (parsed['github'] !== true) return;
  terminal.out(render(summary, 'github', { decision }));
  const path = process.env['GITHUB_STEP_SUMMARY'];
  if (path === undefined || path === '') return;
  try {
    await appendFile(path, render(summary, 'markdown', { decision }));
  } catch (error) {
    throw new ResumarkError('USAGE', `GITHUB_STEP_SUMMARY names ${path}, which cannot be written: ${String(error)}.`);
  }
};
