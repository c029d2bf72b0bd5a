import { ResumarkError } from '../domain/error.ts';
import { nearest } from '../domain/suggest.ts';
import { decode, type Flaw, type z } from '../domain/zod.ts';
import type { CompareSettings } from './compare-schema.ts';
import { refuseImpossibleEvents } from './event-plan.ts';
import { withoutOwnKeys } from './own-keys.ts';
import { scenarioSchema, type Scenario } from './schema.ts';
import { flagOf, knownKeysAt, probeFlagOf, serverFlagOf } from './settings.ts';
import { probeSchema, type ProbeSettings } from './probe-schema.ts';
import { serverSchema, type ServerSettings } from './server-schema.ts';
import { leastTimelineMs, timelineOf } from './timeline.ts';

/** Settings as the user gave them, nested like the scenario file and not yet validated. */
export type RawSettings = Readonly<Record<string, unknown>>;

/** The origin of each setting's value; settings that are not listed have their default. */
export type SettingSources = Readonly<Record<string, 'flag' | 'file'>>;

export interface DecodedScenario {
  readonly scenario: Scenario;
  readonly sources: SettingSources;
}

/**
 * Decodes a scenario from a file and flags. Precedence: flag, file, default.
 *
 * @param file the content of the file, parsed from YAML; an empty mapping when there is none.
 * @param fileName names the file in messages.
 * @param defaults replace those of the schema.
 * @throws ResumarkError SCENARIO or USAGE, with a line for each flaw: the path or flag, the value
 *   and what would be right.
 */
export const decodeScenario = (
  file: unknown,
  flags: RawSettings,
  fileName: string,
  defaults: RawSettings = {},
): DecodedScenario => {
  if (!isMapping(file)) {
    throw new ResumarkError('SCENARIO', `${fileName} must be a mapping of settings, but it is ${shown(file)}.`);
  }
  const flagPaths = new Set(leaves(flags).map((path) => path.join('.')));
  if (hasCycle(file))
    throw new ResumarkError(
      'SCENARIO',
      `${fileName} has a value that contains itself.`,
      'Look for an alias inside its own anchor.',
    );
  const kept = withoutReplaced(withoutOwnKeys(file), flagPaths);
  const given = merge(kept, flags);
  const decoded = decode(scenarioSchema, merge(withoutReplaced(defaults, groupPaths(given)), given));
  if (!decoded.ok) throw flawError(decoded.flaws, flagPaths, fileName);
  const filePaths = leaves(kept).map((path) => path.join('.'));
  const sources: SettingSources = {
    ...Object.fromEntries(filePaths.map((path) => [path, 'file' as const])),
    ...Object.fromEntries([...flagPaths].map((path) => [path, 'flag' as const])),
  };
  refuseModesBesideMix(decoded.value, sources, fileName);
  refusePlanOfSearch(decoded.value, sources, fileName);
  refuseImpossibleEvents(decoded.value, fileName);
  refuseFineTimeline(decoded.value, sources, fileName);
  return { scenario: decoded.value, sources };
};

const refuseModesBesideMix = ({ load }: Scenario, sources: SettingSources, fileName: string): void => {
  const from = sources['modes'];
  if (load.mix === undefined || from === undefined) return;
  const name = from === 'flag' ? '--mode' : `${fileName}: modes`;
  throw new ResumarkError(
    'SCENARIO',
    `${name} cannot be combined with load.mix, which names the modes itself.`,
    'Leave one of them out.',
  );
};

/** A search makes as many trials as it needs; a plan can only set how long each lasts. */
const refusePlanOfSearch = ({ load }: Scenario, sources: SettingSources, fileName: string): void => {
  if (load.model !== 'capacity') return;
  for (const key of ['rounds', 'pairs', 'looks', 'handshakes', 'handshakesPerBlock']) {
    const from = sources[`plan.${key}`];
    if (from === undefined) continue;
    const name = from === 'flag' ? (flagOf(['plan', key]) ?? key) : `${fileName}: plan.${key}`;
    throw new ResumarkError(
      'SCENARIO',
      `${name} cannot be combined with a capacity search, which makes as many trials as it needs.`,
      'Set the length of a trial with --duration.',
    );
  }
};

const refuseFineTimeline = (scenario: Scenario, sources: SettingSources, fileName: string): void => {
  const [intervalMs, leastMs] = [timelineOf(scenario), leastTimelineMs(scenario)];
  if (intervalMs === undefined || intervalMs >= leastMs) return;
  const name = sources['plan.timeline'] === 'flag' ? (flagOf(['plan', 'timeline']) ?? '') : `${fileName}: plan.timeline`;
  throw new ResumarkError(
    'SCENARIO',
    `${name} must be at least ${String(leastMs)}ms for windows of this length, but it is ${String(intervalMs)}ms.`,
    'A window has 10,000 intervals at most.',
  );
};

/**
 * Decodes the settings of a reference server from flags.
 *
 * @throws ResumarkError USAGE naming the flag, the value and what would be right.
 */
export const decodeServer = (flags: RawSettings): ServerSettings => decodeFlags(serverSchema, flags, serverFlagOf);

/**
 * Decodes the settings of a probe from flags.
 *
 * @throws ResumarkError USAGE naming the flag, the value and what would be right.
 */
export const decodeProbe = (flags: RawSettings): ProbeSettings => {
  const settings = decodeFlags(probeSchema, flags, probeFlagOf);
  if (flags['watchEvery'] !== undefined && settings.watch === undefined)
    throw new ResumarkError('USAGE', '--watch-every is given without --watch.', 'Say how long to watch: --watch 10m.');
  return settings;
};

const decodeFlags = <Schema extends z.ZodType>(
  schema: Schema,
  flags: RawSettings,
  flagAt: (path: readonly (string | number)[]) => string,
): z.output<Schema> => {
  const decoded = decode(schema, flags);
  if (decoded.ok) return decoded.value;
  const lines = decoded.flaws.map(({ path, message, value }) => `--${flagAt(path)} ${message}, but it is ${shown(value)}.`);
  throw new ResumarkError('USAGE', lines.join('\n'));
};

/**
 * Decodes the settings of a comparison from flags.
 *
 * @param base replaces the defaults.
 * @throws ResumarkError USAGE naming the flag, the value and what would be right.
 */
export const decodeCompare = (flags: RawSettings, base: Partial<CompareSettings> = {}): CompareSettings => {
  const given = isMapping(flags['compare']) ? flags['compare'] : {};
  const decoded = decode(scenarioSchema.shape.compare, given);
  if (decoded.ok) return { ...decoded.value, ...Object.fromEntries(Object.entries(base).filter(([key]) => !(key in given))) };
  const flaws = decoded.flaws.map((flaw) => ({ ...flaw, path: ['compare', ...flaw.path] }));
  throw flawError(flaws, new Set(['compare']), 'compare');
};

const flawError = (flaws: readonly Flaw[], flagPaths: ReadonlySet<string>, fileName: string): ResumarkError => {
  const isFlag = (flaw: Flaw): boolean => isSetByFlag(flaw.path, flagPaths);
  const lines = flaws.slice(0, MOST_FLAWS).map((flaw) => sentence(flaw, isFlag(flaw), fileName));
  if (flaws.length > MOST_FLAWS) lines.push(`There are ${String(flaws.length - MOST_FLAWS)} more.`);
  return new ResumarkError(flaws.every(isFlag) ? 'USAGE' : 'SCENARIO', lines.join('\n'));
};

/** More would not fit on a screen, and mostly have the same cause. */
const MOST_FLAWS = 10;

const isSetByFlag = (path: Flaw['path'], flagPaths: ReadonlySet<string>): boolean =>
  path.some((_, i) => flagPaths.has(path.slice(0, i + 1).join('.')));

const sentence = (flaw: Flaw, isFlag: boolean, fileName: string): string => {
  if (flaw.isUnknownKey) return unknownKeySentence(flaw, fileName);
  const name = isFlag ? (flagOf(flaw.path) ?? flaw.path.join('.')) : `${fileName}: ${inFile(flaw)}`;
  return `${name} ${flaw.message}, but it is ${shown(flaw.value)}.`;
};

/** The path in the file; what is missing there can also be given by its flag. */
const inFile = ({ path, value }: Flaw): string => {
  const name = path.join('.') || 'the scenario';
  const flag = value === undefined ? flagOf(path) : undefined;
  return flag === undefined ? name : `${name} (${flag})`;
};

const unknownKeySentence = (flaw: Flaw, fileName: string): string => {
  const key = String(flaw.path.at(-1));
  const known = knownKeysAt(flaw.path.slice(0, -1));
  const meant = nearest(key, known);
  const where = flaw.path.length > 1 ? ` in ${flaw.path.slice(0, -1).join('.')}` : '';
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  const own = meant === undefined ? ' Keys of your own begin with x-.' : '';
  return `${fileName}: unknown key "${key}"${where}.${hint} Known keys: ${known.join(', ')}.${own}`;
};

/** A value in a message: short, on one line. */
const shown = (value: unknown): string => {
  if (value === undefined) return 'missing';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

/** True for a value that contains itself, as a YAML alias can make it. */
const hasCycle = (value: unknown): boolean => {
  try {
    JSON.stringify(value);
    return false;
  } catch {
    return true;
  }
};

export const isMapping = (value: unknown): value is RawSettings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Groups of alternative settings: a flag for one replaces whichever the file has. */
const ALTERNATIVES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  plan: [
    ['duration', 'handshakes', 'handshakesPerBlock'],
    ['rounds', 'pairs', 'looks'],
  ],
};

const withoutReplaced = (file: RawSettings, flagPaths: ReadonlySet<string>): RawSettings => ({
  ...file,
  ...Object.fromEntries(
    Object.keys(ALTERNATIVES).flatMap((key) => (isMapping(file[key]) ? [[key, kept(file[key], key, flagPaths)]] : [])),
  ),
});

const kept = (settings: RawSettings, name: string, flagPaths: ReadonlySet<string>): RawSettings => {
  const replaced = (ALTERNATIVES[name] ?? []).filter((group) => group.some((key) => flagPaths.has(`${name}.${key}`))).flat();
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !replaced.includes(key)));
};

/** The paths of grouped settings: `plan.pairs`. */
const groupPaths = (settings: RawSettings): ReadonlySet<string> =>
  new Set(
    Object.entries(settings).flatMap(([group, own]) => (isMapping(own) ? Object.keys(own).map((key) => `${group}.${key}`) : [])),
  );

const merge = (base: RawSettings, over: RawSettings): RawSettings => {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMapping(value) && isMapping(below) ? merge(below, value) : value;
  }
  return merged;
};

const leaves = (settings: RawSettings, path: readonly string[] = []): string[][] =>
  Object.entries(settings).flatMap(([key, value]) =>
    isMapping(value) && Object.keys(value).length > 0 ? leaves(value, [...path, key]) : [[...path, key]],
  );
