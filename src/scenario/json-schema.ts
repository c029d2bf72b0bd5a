import { z } from '../domain/zod.ts';
import { OWN_PREFIX } from './own-keys.ts';
import { scenarioSchema } from './schema.ts';

/**
 * The JSON Schema (draft 2020-12) of the scenario file, with which editors complete and check it.
 */
export const scenarioJsonSchema = (): object => {
  const schema = z.toJSONSchema(scenarioSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // A strict validator knows neither the keys for the command line nor formats, which have patterns beside them.
      for (const key of ['flag', 'alias', 'repeatable', 'format']) Reflect.deleteProperty(jsonSchema, key);
      if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = { [`^${OWN_PREFIX}`]: {} };
    },
  });
  return { title: 'Resumark scenario', ...withSingleTypes(schema) };
};

/** A strict validator takes one type at a time: zod puts those of a union into one list. */
const withSingleTypes = (schema: object): object =>
  JSON.parse(JSON.stringify(schema), (_, part: unknown) => (hasTypes(part) ? separated(part) : part)) as object;

const hasTypes = (part: unknown): part is { readonly type: readonly string[] } =>
  typeof part === 'object' && part !== null && 'type' in part && Array.isArray(part.type);

const separated = ({ type: types, ...rest }: { readonly type: readonly string[] }): object => ({
  ...rest,
  anyOf: types.map((type) => ({ type })),
});
