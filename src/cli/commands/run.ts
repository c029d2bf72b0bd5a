import type { Argv, CommandModule } from 'yargs';
import type { ExitCode } from '../../domain/error.ts';
import { withAgentFlags } from '../agent-flags.ts';
import { withScenarioFlags, type ParsedFlags } from '../flags.ts';
import { measure, withOutputFlags } from '../measure.ts';
import { decodeArgument } from '../scenario-argument.ts';
import type { CommandContext } from '../context.ts';

/** `run <scenario.yaml | host:port>`: measures, writes a run folder, prints the table. */
export const runCommand = (context: CommandContext): CommandModule => ({
  command: 'run <scenario>',
  describe: 'Measure a scenario file, or one target given as host:port',
  builder: (yargs: Argv) =>
    withAgentFlags(withOutputFlags(withScenarioFlags(yargs)))
      .positional('scenario', { type: 'string', describe: 'A scenario file (.yaml, .yml, .json), or host:port' })
      .option('label', {
        type: 'string',
        requiresArg: true,
        describe: 'Label of the state, if the target is given as host:port',
        defaultDescription: 'target',
        group: 'Scenario:',
      })
      .example('$0 run scenarios/session-tickets.yaml', 'before and after, on reference servers')
      .example('$0 run 127.0.0.1:8443 -k -m full,ticket --tls 1.3 -d 10s', 'one running server'),
  handler: async (parsed) => {
    context.exitWith(await runScenario(context, parsed));
  },
});

const runScenario = async (context: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const decoded = await decodeArgument(String(parsed['scenario']), parsed);
  return measure(context, decoded, parsed);
};
