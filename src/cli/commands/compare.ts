import type { Argv, CommandModule } from 'yargs';
import { compareStates } from '../../analysis/compare/states.ts';
import { compareStored, type StoredSide } from '../../analysis/compare/stored.ts';
import { compareSettingsOf } from '../../analysis/settings-of-run.ts';
import { summarizeRun } from '../../analysis/summary/run-summary.ts';
import type { Comparison } from '../../domain/comparison.ts';
import { ResumarkError, type ExitCode } from '../../domain/error.ts';
import { renderComparison } from '../../report/comparison/formats.ts';
import { compareLive } from '../../run/studies/compare-live.ts';
import { readComparison } from '../../run/files/comparison-file.ts';
import { readScenarioFile } from '../../run/files/scenario-file.ts';
import { readRun } from '../../run/files/run-folder.ts';
import { decodeComparison } from '../../scenario/comparison-plan.ts';
import { decodeCompare, type DecodedScenario } from '../../scenario/decode.ts';
import { parseRequest, type ComparisonRequest, type WrittenSide } from '../compared-sides.ts';
import type { CommandContext } from '../context.ts';
import { comparisonCode, liveComparisonCode } from '../exit-code.ts';
import { flagValues, withScenarioFlags, type ParsedFlags } from '../flags.ts';
import { comparisonFormatOf, comparisonFormatOption } from '../format.ts';
import { inconclusiveOption, passesInconclusive } from '../gate-flags.ts';
import { tellNotices, watched, withRunFlags } from '../measure.ts';

/** `compare <side...>`: what changed between two states, and how surely. */
export const compareCommand = (context: CommandContext): CommandModule => ({
  command: 'compare <side...>',
  describe: 'Compare two states: live in interleaved pairs, of one run, or of runs that were measured apart',
  builder: (yargs: Argv) =>
    withRunFlags(withScenarioFlags(yargs))
      .positional('side', {
        type: 'string',
        array: true,
        describe: 'before=host:port after=host:port, a scenario of two states, a run folder, or two',
      })
      .options(OPTIONS)
      .example('$0 compare before=127.0.0.1:8443 after=127.0.0.1:9443 -k', 'two servers, measured in pairs')
      .example('$0 compare scenarios/session-tickets.yaml', 'the states of a scenario, measured in pairs')
      .example('$0 compare results/20260101T120000Z_session-tickets', 'the states of a run that exists')
      .example('$0 compare results/a results/b', 'two runs that were measured apart'),
  handler: async (parsed) => {
    context.exitWith(await compare(context, parsed));
  },
});

const OPTIONS = {
  state: { type: 'string', requiresArg: true, describe: 'Which state of stored runs is meant, where they have several' },
  force: { type: 'boolean', describe: 'Compare stored runs although they differ in more than the change' },
  inconclusive: inconclusiveOption,
  format: { ...comparisonFormatOption, group: 'Output:' },
} as const;

const compare = async (context: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const print = printer(context, parsed);
  const passes = passesInconclusive(parsed);
  const request = parseRequest(parsed['side'] as readonly string[]);
  const flags = flagValues(parsed);
  if (request.kind !== 'scenario' && request.kind !== 'targets') {
    refuseMeasuringFlags(flags, request.kind);
    const comparisons = await compareFiles(request, parsed);
    print(comparisons);
    return comparisonCode(comparisons, passes);
  }
  const decoded = await decodeRequest(request, parsed);
  const { result, signal } = await watched(context, parsed, (options) => compareLive(decoded, options));
  print(result.comparisons);
  tellNotices(context.terminal, result.summary.run, parsed);
  return liveComparisonCode(result, signal, passes);
};

/** What prints the result; the format is checked before anything is measured. */
const printer = ({ terminal }: CommandContext, parsed: ParsedFlags): ((comparisons: readonly Comparison[]) => void) => {
  const format = comparisonFormatOf(parsed['format']);
  return (comparisons) => {
    for (const comparison of comparisons) terminal.out(renderComparison(comparison, format, { columns: terminal.columns }));
  };
};

type RequestOf<Kind extends ComparisonRequest['kind']> = Extract<ComparisonRequest, { kind: Kind }>;

const decodeRequest = async (request: RequestOf<'scenario' | 'targets'>, parsed: ParsedFlags): Promise<DecodedScenario> => {
  const flags = flagValues(parsed);
  if (request.kind === 'scenario') return decodeComparison(await readScenarioFile(request.path), flags, request.path);
  const states = [request.before, request.after].map(({ label, values }) => [label, { target: values[0] }] as const);
  return decodeComparison({ name: 'compare', states: Object.fromEntries(states) }, flags, 'the targets');
};

const compareFiles = async (request: RequestOf<'comparison' | 'run' | 'runs'>, parsed: ParsedFlags): Promise<Comparison[]> => {
  const flags = flagValues(parsed);
  if (request.kind === 'comparison') return [await readComparison(request.path)];
  if (request.kind === 'run') {
    const summary = summarizeRun(await readRun(request.path));
    return compareStates(summary, compareSettingsOf(summary.settings, flags));
  }
  const state = typeof parsed['state'] === 'string' ? parsed['state'] : undefined;
  const [before, after] = [await readSide(request.before), await readSide(request.after)];
  return [compareStored(before, after, { settings: decodeCompare(flags), state, isForced: parsed['force'] === true })];
};

const readSide = async ({ label, values }: WrittenSide): Promise<StoredSide> => ({
  label,
  runs: await Promise.all(values.map(async (path) => summarizeRun(await readRun(path)))),
});

/** What is stored cannot be measured otherwise any more, and what was judged not be judged otherwise. */
const refuseMeasuringFlags = (flags: Readonly<Record<string, unknown>>, kind: ComparisonRequest['kind']): void => {
  const [other] = Object.keys(flags).filter((key) => key !== 'compare' || kind === 'comparison');
  if (other === undefined) return;
  throw new ResumarkError(
    'USAGE',
    `settings of a measurement (here ${other}) have no effect on what is stored.`,
    'Leave them out, or name targets as host:port or a scenario file.',
  );
};
