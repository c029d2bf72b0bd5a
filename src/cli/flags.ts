import type { Argv, Options } from 'yargs';
import { ResumarkError } from '../domain/error.ts';
import type { RawSettings } from '../scenario/decode.ts';
import { flagSettings, probeSettings, serverSettings, type Setting } from '../scenario/settings.ts';

/** The parsed command line, by flag. */
export type ParsedFlags = Readonly<Record<string, unknown>>;

/**
 * Declares the flag of every setting of the scenario that has one. All values stay text: one
 * decoder turns them into numbers.
 */
export const withScenarioFlags = (yargs: Argv): Argv => withSettings(yargs, flagSettings());

/** Declares the flags of some groups of settings. */
export const withFlagsOf = (yargs: Argv, groups: readonly string[]): Argv =>
  withSettings(
    yargs,
    flagSettings().filter(({ path: [group = ''] }) => groups.includes(group)),
  );

/** Declares the flags of a probe. */
export const withProbeFlags = (yargs: Argv): Argv => withSettings(yargs, probeSettings(), 'Probe:');

/** Declares the flags of a reference server. */
export const withServerFlags = (yargs: Argv): Argv => withSettings(yargs, serverSettings(), 'Server:');

const withSettings = (yargs: Argv, settings: readonly Setting[], group = 'Scenario:'): Argv =>
  yargs.options(Object.fromEntries(settings.map((setting) => [setting.meta.flag ?? '', { ...optionOf(setting), group }])));

const optionOf = (setting: Setting): Options => ({
  type: setting.type === 'boolean' ? 'boolean' : 'string',
  ...(setting.meta.repeatable === true && { array: true }),
  ...(setting.meta.alias !== undefined && { alias: setting.meta.alias }),
  describe: setting.meta.description,
  ...(setting.type !== 'boolean' && { requiresArg: true }),
  ...(setting.type !== 'boolean' && setting.default !== undefined && { defaultDescription: defaultText(setting.default) }),
});

const defaultText = (value: unknown): string => [value].flat().join(',');

/**
 * The settings given as flags, nested like the scenario file.
 *
 * @throws ResumarkError USAGE for a flag without a value.
 */
export const flagValues = (parsed: ParsedFlags): RawSettings => valuesOf(flagSettings(), parsed);

/**
 * The settings of a probe given as flags.
 *
 * @throws ResumarkError USAGE for a flag without a value.
 */
export const probeFlagValues = (parsed: ParsedFlags): RawSettings => valuesOf(probeSettings(), parsed);

/**
 * The settings of a reference server given as flags.
 *
 * @throws ResumarkError USAGE for a flag without a value.
 */
export const serverFlagValues = (parsed: ParsedFlags): RawSettings => valuesOf(serverSettings(), parsed);

const valuesOf = (all: readonly Setting[], parsed: ParsedFlags): RawSettings => {
  const settings: Record<string, unknown> = {};
  for (const { path, meta, type } of all) {
    const value = parsed[meta.flag ?? ''];
    if (value === undefined) continue;
    if ([value].flat().includes(''))
      throw new ResumarkError('USAGE', `--${meta.flag ?? ''} must have a value.`, meta.description);
    place(settings, path, isList(type, value) ? value.split(',') : value);
  }
  return settings;
};

const isList = (type: Setting['type'], value: unknown): value is string =>
  typeof value === 'string' && (type === 'list' || (type === 'value or list' && value.includes(',')));

const place = (settings: Record<string, unknown>, [first = '', ...rest]: readonly string[], value: unknown): void => {
  if (rest.length === 0) {
    settings[first] = value;
    return;
  }
  settings[first] ??= {};
  place(settings[first] as Record<string, unknown>, rest, value);
};
