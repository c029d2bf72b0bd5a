import type { Argv, CommandModule } from 'yargs';
import { EXIT } from '../../domain/error.ts';
import { printableJson } from '../../report/json.ts';
import { probeJsonSchema } from '../../report/probe/json.ts';
import { scenarioJsonSchema } from '../../scenario/json-schema.ts';
import type { CommandContext } from '../context.ts';
import { choiceOf } from '../format.ts';

/** `schema [document]`: the JSON Schema of the scenario file, for editors, or of what `probe --format json` prints. */
export const schemaCommand = ({ terminal, exitWith }: CommandContext): CommandModule => ({
  command: 'schema [document]',
  describe: 'Print the JSON Schema of the scenario file, or of the JSON of a probe',
  builder: (yargs: Argv) =>
    yargs.positional('document', { type: 'string', default: 'scenario', describe: DOCUMENTS.join(' or ') }),
  handler: (parsed) => {
    terminal.out(printableJson(SCHEMAS[choiceOf('the document of schema', parsed['document'], DOCUMENTS)]()));
    exitWith(EXIT.done);
  },
});

const SCHEMAS = { scenario: scenarioJsonSchema, probe: probeJsonSchema } as const satisfies Record<string, () => object>;

const DOCUMENTS = Object.keys(SCHEMAS) as readonly (keyof typeof SCHEMAS)[];
