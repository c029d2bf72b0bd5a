import { fileURLToPath } from 'node:url';
import type { Argv, CommandModule } from 'yargs';
import { EXIT, ResumarkError, type ExitCode } from '../../domain/error.ts';
import { calibrationStep } from '../../report/calibration-step.ts';
import { calibrationText } from '../../report/calibration-text.ts';
import { printableJson } from '../../report/json.ts';
import { calibrate } from '../../run/studies/calibrate.ts';
import { parseCount } from '../../scenario/quantity.ts';
import type { CommandContext } from '../context.ts';
import { signalCode } from '../exit-code.ts';
import { withScenarioFlags, type ParsedFlags } from '../flags.ts';
import { choiceOf } from '../format.ts';
import { decodeArgument } from '../scenario-argument.ts';
import { watched } from '../measure.ts';
import { ranInOwnNetwork } from '../own-network.ts';

const REFERENCE_SCENARIO = fileURLToPath(new URL('../../../scenarios/calibrate.yaml', import.meta.url));

/**
 * `calibrate [target|scenario]`: measures how noisy this machine and target are, and how often
 * gates raise a false alarm.
 */
export const calibrateCommand = (context: CommandContext): CommandModule => ({
  command: 'calibrate [scenario]',
  describe: 'Measure a server against itself: noise, false alarms and the smallest detectable change',
  builder: (yargs: Argv) =>
    withScenarioFlags(yargs)
      .positional('scenario', {
        type: 'string',
        describe: 'host:port, or a scenario file whose last state is measured [default: a reference server]',
      })
      .option('calibration-pairs', {
        type: 'string',
        requiresArg: true,
        default: '96',
        describe: 'Pairs of blocks to estimate the noise from, at most',
      })
      .option('gates', {
        type: 'string',
        requiresArg: true,
        default: '20',
        describe: 'Gates to measure afterwards, each on its own servers, at most; 0 for none',
      })
      .option('format', { type: 'string', requiresArg: true, default: 'table', describe: 'Output format: table, json' })
      .option('quiet', { alias: 'q', type: 'boolean', describe: 'Print no progress and no notices' })
      .example('$0 calibrate', 'this machine, with reference servers')
      .example('$0 calibrate 127.0.0.1:8443 -k --gates 0', 'your own server, noise only'),
  handler: async (parsed) => {
    context.exitWith(await calibrateTarget(context, parsed));
  },
});

const calibrateTarget = async (context: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const { terminal } = context;
  const format = choiceOf('--format', parsed['format'], ['table', 'json']);
  const pairs = numberOf(parsed, 'calibration-pairs', LEAST_PAIRS);
  const gates = numberOf(parsed, 'gates', 0);
  const argument = parsed['scenario'];
  const decoded = await decodeArgument(typeof argument === 'string' ? argument : REFERENCE_SCENARIO, parsed);
  const elsewhere = await ranInOwnNetwork(context, decoded.scenario);
  if (elsewhere !== undefined) return elsewhere;
  const { result, signal: received } = await watched(context, parsed, ({ signal, onEvent }) =>
    calibrate(decoded, {
      pairs,
      gates,
      ...(signal && { signal }),
      ...(onEvent && { onEvent }),
      onProgress: (step) => {
        if (parsed['quiet'] !== true) terminal.err(`${calibrationStep(step)}\n`);
      },
    }),
  );
  terminal.out(format === 'json' ? printableJson(result) : calibrationText(result));
  return received === undefined ? EXIT.done : signalCode(received);
};

/** Fewer cannot show how much pairs vary. */
const LEAST_PAIRS = 12;

/** More take longer than any machine stays the same. */
const MOST = 10_000;

const numberOf = (parsed: ParsedFlags, flag: string, least: number): number => {
  const value = parseCount(parsed[flag]);
  if (value !== undefined && value >= least && value <= MOST) return value;
  throw new ResumarkError(
    'USAGE',
    `--${flag} must be a whole number from ${String(least)} to ${String(MOST)}, but it is ${JSON.stringify(parsed[flag])}.`,
  );
};
