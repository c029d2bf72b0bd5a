import { z } from '../domain/zod.ts';
import { probeSchema } from './probe-schema.ts';
import { scenarioSchema, type SettingMeta } from './schema.ts';
import { serverSchema } from './server-schema.ts';

/** A setting of the scenario, as the schema declares it. */
export interface Setting {
  /** Its path in the file: `['load', 'concurrency']`. */
  readonly path: readonly string[];
  readonly meta: SettingMeta;
  /** `value or list`: a comma makes it a list. */
  readonly type: 'boolean' | 'list' | 'value' | 'value or list';
  readonly default: unknown;
  /** What it takes, without what makes it optional. */
  readonly schema: z.core.$ZodType;
}

/**
 * Every setting that has a flag. The command line is made from these: an option is declared once,
 * in the schema.
 */
export const flagSettings = (): Setting[] => settingsWithFlag(scenarioSchema);

/** Every setting of a probe that has a flag. */
export const probeSettings = (): Setting[] => settingsWithFlag(probeSchema);

const settingsWithFlag = (schema: z.ZodObject): Setting[] =>
  collect(schema, []).filter((setting) => setting.meta.flag !== undefined);

/** Every setting of a reference server that is no group of others; each has a flag, named for its path. */
export const serverSettings = (): Setting[] =>
  collect(serverSchema, [])
    .filter(({ schema }) => !(schema instanceof z.ZodObject))
    .map((setting) => ({ ...setting, meta: { ...setting.meta, flag: serverFlagOf(setting.path) } }));

/** The flag of a reference server's setting: `ticket-rotation-every`. */
export const serverFlagOf = (path: readonly (string | number)[]): string =>
  path
    .filter((step) => typeof step === 'string')
    .join('-')
    .replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);

/** The flag of the setting at a path: `--concurrency`. */
export const flagOf = (path: readonly (string | number)[]): string | undefined => {
  const flag = flagAt(flagSettings(), path);
  return flag === undefined ? undefined : `--${flag}`;
};

/** The flag of a probe's setting, its path where it has none. */
export const probeFlagOf = (path: readonly (string | number)[]): string => flagAt(probeSettings(), path) ?? path.join('.');

const flagAt = (settings: readonly Setting[], path: readonly (string | number)[]): string | undefined =>
  settings.find((setting) => setting.path.every((step, i) => step === path[i]))?.meta.flag;

/**
 * The keys that the schema knows at a path; empty where it takes any, such as the labels of states.
 */
export const knownKeysAt = (path: readonly (string | number)[]): string[] => {
  const schema = path.reduce<z.core.$ZodType | undefined>(step, scenarioSchema);
  const inner = schema === undefined ? undefined : unwrap(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
};

const collect = (schema: z.ZodObject, path: readonly string[]): Setting[] =>
  Object.entries(schema.shape).flatMap(([key, child]) => {
    const at = [...path, key];
    const inner = unwrap(child as z.core.$ZodType);
    const meta = z.globalRegistry.get(child as z.core.$ZodType) as SettingMeta | undefined;
    const self: Setting[] =
      meta === undefined
        ? []
        : [{ path: at, meta, type: typeOf(inner), default: defaultOf(child as z.core.$ZodType), schema: inner }];
    return inner instanceof z.ZodObject ? [...self, ...collect(inner, at)] : self;
  });

const typeOf = (schema: z.core.$ZodType): Setting['type'] => {
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodUnion && schema.options.some((option) => unwrap(option) instanceof z.ZodArray))
    return 'value or list';
  return schema instanceof z.ZodArray ? 'list' : 'value';
};

const defaultOf = (schema: z.core.$ZodType): unknown => (schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined);

/** Removes the wrappers that make a schema optional. */
const unwrap = (schema: z.core.$ZodType): z.core.$ZodType => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.def.innerType);
  }
  // A transformed schema is known by its input.
  return schema instanceof z.ZodPipe ? unwrap(schema.def.in) : schema;
};

const step = (schema: z.core.$ZodType | undefined, key: string | number): z.core.$ZodType | undefined => {
  const inner = schema === undefined ? undefined : unwrap(schema);
  if (inner instanceof z.ZodObject) return inner.shape[key] as z.core.$ZodType | undefined;
  return inner instanceof z.ZodRecord ? inner.def.valueType : undefined;
};
