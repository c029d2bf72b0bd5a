import { scenarioJsonSchema } from '../../../src/scenario/json-schema.ts';
import { flagSettings, type Setting } from '../../../src/scenario/settings.ts';
import { code, plain, sentence, table } from './markdown.ts';

/** The part of a JSON Schema that the scenario's uses. */
interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** A row per key of the scenario file: its path, its type, its default, its flag and what it is for. */
export const scenarioKeys = (): string => table(['key', 'type', 'default', 'flag', 'meaning'], rowsOf(scenarioJsonSchema(), ''));

const rowsOf = ({ properties = {}, additionalProperties }: Schema, path: string): string[][] => [
  ...Object.entries(properties).flatMap(([key, child]) => rowsOfKey(child, path === '' ? key : `${path}.${key}`)),
  ...(typeof additionalProperties === 'object' && additionalProperties.properties !== undefined
    ? rowsOf(additionalProperties, `${path}.<label>`)
    : []),
];

const rowsOfKey = (schema: Schema, path: string): string[][] => {
  const nested = [schema, ...(schema.anyOf ?? []), ...(schema.anyOf ?? []).flatMap(({ items = {} }) => items)];
  return [
    [code(path), typeText(schema), defaultText(schema, path), flagText(path), meaning(schema)],
    ...nested.flatMap((inner) => (inner === schema || inner.properties !== undefined ? rowsOf(inner, path) : [])),
  ];
};

const typeText = (schema: Schema): string => {
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeText))].join(', or ');
  if (schema.items !== undefined) return schema.items.properties === undefined ? `list of ${typeText(schema.items)}` : 'list';
  if (schema.type === 'object' || schema.properties !== undefined) return 'mapping';
  // A number that may also be written as text, such as 10k.
  return [schema.type ?? 'text'].flat().join() === 'number,string'
    ? 'number'
    : String(schema.type ?? 'text').replace('string', 'text');
};

/** The schema's default, or the one that a description tells, which depends on other settings. */
const defaultText = ({ default: value, description = '' }: Schema, path: string): string => {
  const [, told] = DEFAULT.exec(description) ?? [];
  const known = value ?? settingAt(path)?.default;
  if (Array.isArray(known) && known.length > 0) return code(`[${known.join(', ')}]`);
  if (typeof known === 'string' || typeof known === 'number' || typeof known === 'boolean') return code(String(known));
  return told ?? '';
};

const DEFAULT = / \[default: (.*)\]$/u;

const settingAt = (path: string): Setting | undefined => flagSettings().find((setting) => setting.path.join('.') === path);

const flagText = (path: string): string => {
  const meta = settingAt(path)?.meta;
  if (meta?.flag === undefined) return '';
  return [...(meta.alias === undefined ? [] : [`-${meta.alias}`]), `--${meta.flag}`].map(code).join(', ');
};

const meaning = ({ description = '' }: Schema): string =>
  description === '' ? '' : plain(sentence(description.replace(DEFAULT, '')));
