import type { Argv, Options } from 'yargs';
import { ResumarkError } from '../domain/error.ts';
import type { RawSettings } from '../scenario/decode.ts';
import { flagSettings, type Setting } from '../scenario/settings.ts';

/** What yargs parsed, by flag. */
export type ParsedFlags = Readonly<Record<string, unknown>>;

/** Declares a flag for every setting of the scenario that has one. All values stay text: one decoder makes numbers of them. */
export const withScenarioFlags = (yargs: Argv): Argv =>
  yargs.options(Object.fromEntries(flagSettings().map((setting) => [setting.meta.flag ?? '', optionOf(setting)])));

/** For a command that takes a list of arguments: yargs would keep only the last of them. */
export const withArguments = (yargs: Argv): Argv => yargs.parserConfiguration({ 'duplicate-arguments-array': true });

const optionOf = (setting: Setting): Options => ({
  type: setting.type === 'boolean' ? 'boolean' : 'string',
  ...(setting.meta.alias !== undefined && { alias: setting.meta.alias }),
  describe: setting.meta.description,
  ...(setting.type !== 'boolean' && { requiresArg: true }),
  ...(setting.type !== 'boolean' && setting.default !== undefined && { defaultDescription: defaultText(setting.default) }),
  group: 'Scenario:',
});

const defaultText = (value: unknown): string => [value].flat().join(',');

/**
 * The settings that were given as flags, nested as the scenario file is.
 *
 * @throws ResumarkError USAGE for a flag without its value.
 */
export const flagValues = (parsed: ParsedFlags): RawSettings => {
  const settings: Record<string, unknown> = {};
  for (const { path, meta, type } of flagSettings()) {
    const given = parsed[meta.flag ?? ''];
    if (given === undefined) continue;
    // Given twice, the last counts: so an alias of the shell can be overruled.
    const value: unknown = Array.isArray(given) ? given.at(-1) : given;
    if (value === '') throw new ResumarkError('USAGE', `--${meta.flag ?? ''} must have a value.`, meta.description);
    place(settings, path, type === 'list' && typeof value === 'string' ? value.split(',') : value);
  }
  return settings;
};

const place = (settings: Record<string, unknown>, [first = '', ...rest]: readonly string[], value: unknown): void => {
  if (rest.length === 0) {
    settings[first] = value;
    return;
  }
  settings[first] ??= {};
  place(settings[first] as Record<string, unknown>, rest, value);
};
