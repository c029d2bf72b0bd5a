import { z } from '../domain/zod.ts';
import { scenarioSchema } from './schema.ts';

/** The JSON Schema of what a user writes, draft 2020-12: an editor completes and checks scenario files by it. */
export const scenarioJsonSchema = (): object => ({
  title: 'Resumark scenario',
  ...z.toJSONSchema(scenarioSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // What only the command line needs to know.
      for (const key of ['flag', 'alias']) Reflect.deleteProperty(jsonSchema, key);
    },
  }),
});
