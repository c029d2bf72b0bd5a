import type { Argv, CommandModule } from 'yargs';
import { compareStates, compareStored } from '../../analysis/compare-stored.ts';
import type { ChangeVerdict, Comparison } from '../../domain/comparison.ts';
import { EXIT, ResumarkError, type ExitCode } from '../../domain/error.ts';
import { COMPARISON_FORMATS, renderComparison, type ComparisonFormat } from '../../report/comparison/formats.ts';
import { readRun } from '../../run/store.ts';
import { decodeCompare } from '../../scenario/decode.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import { parseSides } from '../compared-sides.ts';
import type { CommandContext } from '../context.ts';
import { flagValues, withFlagsOf, type ParsedFlags } from '../flags.ts';

/** `compare <side...>`: what changed between two states, and how surely. */
export const compareCommand = ({ terminal, exitWith }: CommandContext): CommandModule => ({
  command: 'compare <side...>',
  describe: 'Compare two states: of one run, or of runs that were measured apart',
  builder: (yargs: Argv) =>
    withFlagsOf(yargs, 'compare')
      .positional('side', { type: 'string', array: true, describe: 'A run folder of two states, or two sides' })
      .option('state', {
        type: 'string',
        requiresArg: true,
        describe: 'Which state of the runs is meant, where they have several',
      })
      .option('force', { type: 'boolean', describe: 'Compare runs although they differ in more than the change' })
      .option('inconclusive', {
        type: 'string',
        requiresArg: true,
        default: 'fail',
        describe: 'Whether a doubt ends with exit code 3 (fail) or 0 (pass)',
      })
      .option('format', {
        type: 'string',
        requiresArg: true,
        default: 'table',
        describe: `What is printed: ${COMPARISON_FORMATS.join(', ')}`,
      })
      .example('$0 compare results/20260101T120000Z_session-tickets', 'the states of one run, measured in pairs')
      .example('$0 compare results/a results/b', 'two runs, measured apart'),
  handler: async (parsed) => {
    const format = formatOf(parsed['format']);
    const passes = choiceOf(parsed['inconclusive'], ['pass', 'fail'], '--inconclusive') === 'pass';
    const comparisons = await compareArguments(parsed['side'] as readonly string[], parsed);
    for (const comparison of comparisons) terminal.out(renderComparison(comparison, format, { columns: terminal.columns }));
    exitWith(exitCodeOf(comparisons, passes));
  },
});

const compareArguments = async (args: readonly string[], parsed: ParsedFlags): Promise<Comparison[]> => {
  const settings: CompareSettings = decodeCompare(flagValues(parsed));
  const [first = ''] = args;
  if (args.length === 1 && !first.includes('=') && !first.includes(',')) return compareStates(await readRun(first), settings);
  const [before, after] = parseSides(args);
  const read = async ({ label, values }: typeof before) => ({ label, runs: await Promise.all(values.map(readRun)) });
  const state = typeof parsed['state'] === 'string' ? parsed['state'] : undefined;
  return [compareStored(await read(before), await read(after), { settings, state, isForced: parsed['force'] === true })];
};

const exitCodeOf = (comparisons: readonly Comparison[], passes: boolean): ExitCode => {
  const isAny = (verdict: ChangeVerdict): boolean => comparisons.some((comparison) => comparison.verdict === verdict);
  if (isAny('regressed')) return EXIT.gate;
  return isAny('inconclusive') && !passes ? EXIT.inconclusive : EXIT.done;
};

const formatOf = (value: unknown): ComparisonFormat => choiceOf(value, COMPARISON_FORMATS, '--format');

const choiceOf = <Choice extends string>(value: unknown, choices: readonly Choice[], flag: string): Choice => {
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw new ResumarkError('USAGE', `${flag} must be one of ${choices.join(', ')}, but it is ${JSON.stringify(value)}.`);
};
