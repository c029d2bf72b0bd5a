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
import { formatOf, formatOption } from '../format.ts';
import { passesInconclusive, tellGithub, withJudgingFlags } from '../gate-flags.ts';
import { watched } from '../measure.ts';
import { styleOf } from '../terminal.ts';

/** `gate <run>`: applies gates to a run that was measured before. */
export const gateCommand = (context: CommandContext): CommandModule => ({
  command: 'gate [run]',
  describe: 'Judge gates on a run that was measured before',
  builder: (yargs: Argv) =>
    withFlagsOf(withJudgingFlags(yargs), ['compare', 'gates'])
      .positional('run', { type: 'string', describe: 'A run folder, or its run.json' })
      .option('baseline', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'A run of the state before; may be given several times. One alone is never a hard gate',
        group: 'Gates:',
      })
      .option('self-test', {
        type: 'boolean',
        describe: 'Prove on reference servers that a gate fails on a change of 20 % and not on none',
        group: 'Gates:',
      })
      .option('force', {
        type: 'boolean',
        describe: 'Judge although the baselines differ in more than the change',
        group: 'Gates:',
      })
      .option('format', formatOption)
      .example('$0 gate results/20260101T120000Z_edge --threshold "ticket.resumed >= 99%"', '')
      .example(
        '$0 gate results/new --baseline results/a --baseline results/b ...',
        'against five runs or more of the state before',
      ),
  handler: async (parsed) => {
    context.exitWith(await (parsed['self-test'] === true ? selfTest(context, parsed) : gateStored(context, parsed)));
  },
});

/** The proof: 0 when the gate did both, 3 when noise left it undecided, 99 when it did the wrong thing. */
const selfTest = async (context: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const { terminal } = context;
  if (parsed['run'] !== undefined) {
    throw new ResumarkError('USAGE', 'gate --self-test measures servers of its own: leave the run folder out.');
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
  const format = formatOf(parsed['format']);
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
  });
  terminal.out(render(summary, format, { style: styleOf(terminal), decision }));
  await tellGithub(terminal, parsed, { summary, decision });
  return gravest(exitCodeOf(summary, undefined), gateExitCode(decision, passesNoise));
};

const pathOf = (run: unknown): string => {
  if (typeof run === 'string') return run;
  throw new ResumarkError('USAGE', 'gate needs a run folder.', 'To measure and judge in one go: resumark run <scenario> --gate.');
};

const nothingToGate = ({ id }: RunRecord): ResumarkError =>
  new ResumarkError(
    'USAGE',
    `there is nothing to gate: ${id} has no gates, and one state alone cannot get worse.`,
    'Give a gate such as --threshold "ticket.resumed >= 99%", or runs of the state before with --baseline.',
  );
