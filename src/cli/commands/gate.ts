import type { Argv, CommandModule } from 'yargs';
import { compareSettingsOf } from '../../analysis/settings-of-run.ts';
import { summarizeRun } from '../../analysis/summary/run-summary.ts';
import { decideStored, storedGates } from '../../analysis/gate/decide-stored.ts';
import { parseGate } from '../../analysis/gate/parse.ts';
import { EXIT, ResumarkError, type ExitCode } from '../../domain/error.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { render } from '../../report/formats.ts';
import { selfTestStep, selfTestVerdict } from '../../report/gate/self-test-text.ts';
import { gateSelfTest } from '../../run/studies/gate-self-test.ts';
import { readRun } from '../../run/files/run-folder.ts';
import type { CommandContext } from '../context.ts';
import { exitCodeOf, gateExitCode, gravest, signalCode } from '../exit-code.ts';
import { flagValues, withFlagsOf, type ParsedFlags } from '../flags.ts';
import { documentFormatOf, documentFormatOption } from '../format.ts';
import { acceptsPartial, passesInconclusive, tellGithub, withJudgingFlags } from '../gate-flags.ts';
import { watched } from '../measure.ts';
import { styleOf } from '../terminal.ts';

/** `gate <run>`: applies gates to a stored run. */
export const gateCommand = (context: CommandContext): CommandModule => ({
  command: 'gate [run]',
  describe: 'Apply gates to a stored run',
  builder: (yargs: Argv) =>
    withFlagsOf(withJudgingFlags(yargs), ['compare', 'gates'])
      .positional('run', { type: 'string', describe: 'A run folder, or its run.json' })
      .option('baseline', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'Stored run to compare with; repeatable. A single one never fails the gate',
        group: 'Gates:',
      })
      .option('self-test', {
        type: 'boolean',
        describe: 'Prove on reference servers that a gate fails on a regression of 20%, and passes without one',
        group: 'Gates:',
      })
      .option('force', {
        type: 'boolean',
        describe: 'Apply gates even if the baselines differ in more than the state',
        group: 'Gates:',
      })
      .option('format', documentFormatOption)
      .example('$0 gate results/20260101T120000Z_edge --threshold "ticket.resumed >= 99%"', 'one gate')
      .example('$0 gate results/new --baseline results/a --baseline results/b ...', 'against at least five baseline runs'),
  handler: async (parsed) => {
    context.exitWith(await (parsed['self-test'] === true ? selfTest(context, parsed) : gateStored(context, parsed)));
  },
});

/**
 * Runs the self-test. Exit codes: 0 when it proves the gate, 3 when noise leaves it undecided, 99
 * when the gate was wrong.
 */
const selfTest = async (context: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const { terminal } = context;
  if (parsed['run'] !== undefined) {
    throw new ResumarkError('USAGE', 'gate --self-test measures its own servers: leave out the run folder.');
  }
  const { result, signal } = await watched(context, { ...parsed, quiet: true }, ({ signal: interrupt }) =>
    gateSelfTest({
      ...(interrupt && { signal: interrupt }),
      onStep: (step) => {
        terminal.out(`${selfTestStep(step)}\n`);
      },
    }),
  );
  if (signal !== undefined) return signalCode(signal);
  terminal.out(`${selfTestVerdict(result)}\n`);
  return { proven: EXIT.done, undecided: EXIT.inconclusive, wrong: EXIT.gate }[result];
};

const gateStored = async ({ terminal }: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const format = documentFormatOf(parsed['format']);
  const passesNoise = passesInconclusive(parsed);
  const flags = flagValues(parsed);
  const written = (flags['gates'] as readonly string[] | undefined)?.map(parseGate);
  const run = await readRun(pathOf(parsed['run']));
  const summary = summarizeRun(run);
  const baselines = await Promise.all(((parsed['baseline'] ?? []) as readonly string[]).map(readRun));
  const gates = written ?? storedGates(summary);
  if (gates.length === 0 && baselines.length === 0 && run.states.length < 2) throw nothingToGate(run);
  const decision = decideStored(summary, {
    gates,
    settings: compareSettingsOf(summary.settings, flags),
    baselines: baselines.map(summarizeRun),
    isForced: parsed['force'] === true,
    acceptsPartial: acceptsPartial(parsed),
  });
  terminal.out(render(summary, format, { style: styleOf(terminal), decision }));
  await tellGithub(terminal, parsed, { summary, decision });
  return gravest(exitCodeOf(summary, undefined, acceptsPartial(parsed)), gateExitCode(decision, passesNoise));
};

const pathOf = (run: unknown): string => {
  if (typeof run === 'string') return run;
  throw new ResumarkError(
    'USAGE',
    'gate needs a run folder.',
    'To measure and gate in one step, use: resumark run <scenario> --gate',
  );
};

const nothingToGate = ({ id }: RunRecord): ResumarkError =>
  new ResumarkError(
    'USAGE',
    `there is nothing to gate: ${id} has no gates and only one state.`,
    'Add a gate such as --threshold "ticket.resumed >= 99%", or baseline runs with --baseline.',
  );
