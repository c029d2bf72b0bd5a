import type { Argv, CommandModule } from 'yargs';
import { compareStates } from '../../analysis/compare/states.ts';
import { compareStored, type StoredSide } from '../../analysis/compare/stored.ts';
import { compareSettingsOf } from '../../analysis/settings-of-run.ts';
import { outcomeOf } from '../../analysis/run-outcome.ts';
import { acceptedRun, summarizeRun, type RunSummary } from '../../analysis/summary/run-summary.ts';
import { cellLabel } from '../../domain/cell.ts';
import type { Comparison } from '../../domain/comparison.ts';
import type { Notice } from '../../domain/notice.ts';
import { ResumarkError, type ExitCode } from '../../domain/error.ts';
import { renderComparisons } from '../../report/comparison/formats.ts';
import { noticeSentence } from '../../report/text/notice.ts';
import { compare } from '../../run/studies/compare-live.ts';
import { readComparison } from '../../run/files/comparison-file.ts';
import { readScenarioFile } from '../../run/files/scenario-file.ts';
import { readRun } from '../../run/files/run-folder.ts';
import { decodeComparison } from '../../scenario/comparison-plan.ts';
import { decodeCompare, type DecodedScenario } from '../../scenario/decode.ts';
import { parseRequest, type ComparisonRequest, type WrittenSide } from '../compared-sides.ts';
import type { CommandContext } from '../context.ts';
import { comparisonCode, liveComparisonCode } from '../exit-code.ts';
import { withAgentFlags } from '../agent-flags.ts';
import { flagValues, withScenarioFlags, type ParsedFlags } from '../flags.ts';
import { comparisonFormatOf, comparisonFormatOption } from '../format.ts';
import { acceptsPartial, allowPartialOption, inconclusiveOption, passesInconclusive } from '../gate-flags.ts';
import { ranInOwnNetwork } from '../own-network.ts';
import type { Terminal } from '../terminal.ts';
import { tellNotices, watched, withRunFlags } from '../measure.ts';

/** `compare <side...>`: the changes between two states, with their confidence intervals. */
export const compareCommand = (context: CommandContext): CommandModule => ({
  command: 'compare <side...>',
  describe: 'Compare two states: live in interleaved pairs, from one run, or from separate runs',
  builder: (yargs: Argv) =>
    withAgentFlags(withRunFlags(withScenarioFlags(yargs)))
      .positional('side', {
        type: 'string',
        array: true,
        describe: 'before=host:port after=host:port, a scenario with two states, or one or more run folders',
      })
      .options(OPTIONS)
      .example('$0 compare before=127.0.0.1:8443 after=127.0.0.1:9443 -k', 'two servers, in interleaved pairs')
      .example('$0 compare scenarios/session-tickets.yaml', 'the states of a scenario, in interleaved pairs')
      .example('$0 compare results/20260101T120000Z_session-tickets', 'the states of a stored run')
      .example('$0 compare results/a results/b', 'two separate runs'),
  handler: async (parsed) => {
    context.exitWith(await compareSides(context, parsed));
  },
});

const OPTIONS = {
  state: { type: 'string', requiresArg: true, describe: 'State to compare, if the stored runs have several' },
  force: { type: 'boolean', describe: 'Compare stored runs even if they differ in more than the state' },
  inconclusive: inconclusiveOption,
  'allow-partial': allowPartialOption,
  format: { ...comparisonFormatOption, group: 'Output:' },
} as const;

const compareSides = async (context: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const print = printer(context, parsed);
  const passes = passesInconclusive(parsed);
  const accepts = acceptsPartial(parsed);
  const request = parseRequest(parsed['side'] as readonly string[]);
  const flags = flagValues(parsed);
  if (request.kind !== 'scenario' && request.kind !== 'targets') {
    refuseMeasuringFlags(flags, request.kind);
    const comparisons = await compareFiles(request, parsed);
    print(comparisons);
    return comparisonCode(comparisons, passes);
  }
  const decoded = await decodeRequest(request, parsed);
  const elsewhere = await ranInOwnNetwork(context, decoded.scenario);
  if (elsewhere !== undefined) return elsewhere;
  const { result, signal } = await watched(context, parsed, (options) =>
    compare(decoded, { ...options, acceptsPartial: accepts }),
  );
  print(result.comparisons);
  tellFindings(context.terminal, result.summary, parsed);
  return liveComparisonCode(result, signal, { passes, acceptsPartial: accepts });
};

/** Prints the notices of a comparison: a mode that only one of its states offers is a finding and no error. */
const tellFindings = (terminal: Terminal, summary: RunSummary, parsed: ParsedFlags): void => {
  const nowhere = new Set(outcomeOf(summary).nowhereHonoured.map(cellLabel));
  const isFinding = (notice: Notice): boolean => notice.code === 'never-honoured' && !nowhere.has(notice.cell);
  const { notices } = summary.run;
  tellNotices(terminal, { ...summary.run, notices: notices.filter((notice) => !isFinding(notice)) }, parsed);
  if (parsed['quiet'] === true) return;
  for (const notice of notices.filter(isFinding)) terminal.err(`info: ${noticeSentence(notice)}\n`);
};

/**
 * Returns the function that prints the result; the format is checked before anything is measured.
 */
const printer = ({ terminal }: CommandContext, parsed: ParsedFlags): ((comparisons: readonly Comparison[]) => void) => {
  const format = comparisonFormatOf(parsed['format']);
  return (comparisons) => {
    terminal.out(renderComparisons(comparisons, format, { columns: terminal.columns }));
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
    const summary = await readJudged(request.path, parsed);
    return compareStates(summary, compareSettingsOf(summary.settings, flags));
  }
  const state = typeof parsed['state'] === 'string' ? parsed['state'] : undefined;
  const [before, after] = [await readSide(request.before, parsed), await readSide(request.after, parsed)];
  return [compareStored(before, after, { settings: decodeCompare(flags), state, isForced: parsed['force'] === true })];
};

const readSide = async ({ label, values }: WrittenSide, parsed: ParsedFlags): Promise<StoredSide> => ({
  label,
  runs: await Promise.all(values.map((path) => readJudged(path, parsed))),
});

const readJudged = async (path: string, parsed: ParsedFlags): Promise<RunSummary> =>
  acceptedRun(summarizeRun(await readRun(path)), acceptsPartial(parsed));

/**
 * Refuses flags that cannot apply: a stored run is not measured again, and a stored comparison not
 * judged again.
 */
const refuseMeasuringFlags = (flags: Readonly<Record<string, unknown>>, kind: ComparisonRequest['kind']): void => {
  const [other] = Object.keys(flags).filter((key) => key !== 'compare' || kind === 'comparison');
  if (other === undefined) return;
  throw new ResumarkError(
    'USAGE',
    `measurement settings (here ${other}) have no effect on stored results.`,
    'Leave them out, or give targets as host:port or a scenario file to measure.',
  );
};
