import type { CommandModule } from 'yargs';
import { EXIT } from '../../domain/error.ts';
import { scenarioJsonSchema } from '../../scenario/json-schema.ts';
import type { CommandContext } from '../context.ts';

/** `schema`: the JSON Schema of the scenario file, for editors. */
export const schemaCommand = ({ terminal, exitWith }: CommandContext): CommandModule => ({
  command: 'schema',
  describe: 'Print the JSON Schema of the scenario file',
  handler: () => {
    terminal.out(`${JSON.stringify(scenarioJsonSchema(), undefined, 2)}\n`);
    exitWith(EXIT.done);
  },
});
