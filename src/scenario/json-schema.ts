import { z } from '../domain/zod.ts';
import { OWN_PREFIX } from './own-keys.ts';
import { scenarioSchema } from './schema.ts';

/**
 * The JSON Schema (draft 2020-12) of the scenario file, with which editors complete and check it.
 */
export const scenarioJsonSchema = (): object => ({
  title: 'Resumark scenario',
  ...z.toJSONSchema(scenarioSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // Keys for the command line only: a strict validator knows none of them.
      for (const key of ['flag', 'alias', 'repeatable']) Reflect.deleteProperty(jsonSchema, key);
      if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = { [`^${OWN_PREFIX}`]: {} };
    },
  }),
});
