import { fileURLToPath } from 'node:url';
import type { Argv, CommandModule } from 'yargs';
import { readScenarioFile } from '../../run/files/scenario-file.ts';
import { decodeScenario } from '../../scenario/decode.ts';
import type { CommandContext } from '../context.ts';
import { flagValues, withScenarioFlags } from '../flags.ts';
import { measure, withOutputFlags } from '../measure.ts';

const DEMO_SCENARIO = fileURLToPath(new URL('../../../scenarios/demo.yaml', import.meta.url));

/** `demo`: measures reference servers, with nothing to set up. */
export const demoCommand = (context: CommandContext): CommandModule => ({
  command: 'demo',
  describe: 'Measure reference servers: without resumption, with it, and four behind a balancer without and with common keys',
  builder: (yargs: Argv) => withOutputFlags(withScenarioFlags(yargs)),
  handler: async (parsed) => {
    const decoded = decodeScenario(await readScenarioFile(DEMO_SCENARIO), flagValues(parsed), 'the demo scenario');
    context.exitWith(await measure(context, decoded, parsed));
  },
});
