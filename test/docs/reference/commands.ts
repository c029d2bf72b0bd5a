import type { Argv, CommandModule, Options, PositionalOptions } from 'yargs';
import { commandsOf } from '../../../src/cli/main.ts';
import { flagSettings } from '../../../src/scenario/settings.ts';
import { code, plain, sentence, table } from './markdown.ts';

/** What a command declares of itself. */
interface Declared {
  readonly positionals: (readonly [name: string, PositionalOptions])[];
  readonly options: (readonly [name: string, Options])[];
}

/** A section per command: how it is called, what it takes, and its flags. */
export const commandSections = (): string => commands().map(sectionOf).join('\n\n');

const commands = (): readonly CommandModule[] =>
  commandsOf({
    terminal: { out: ignore, err: ignore, hasColour: false, isInteractive: false, columns: 0 },
    args: [],
    exitWith: ignore,
  } as never);

const ignore = (): void => undefined;

const sectionOf = (command: CommandModule): string => {
  const { positionals, options } = declaredBy(command);
  const own = options.filter(([name]) => !isScenarioFlag(name));
  const takesScenario = options.length - own.length === SCENARIO_FLAGS.length;
  const rows = [
    ...positionals.map(([name, option]) => [code(name), '', plain(sentence(option.describe ?? ''))]),
    ...(takesScenario ? own : options).map(([name, option]) => [flagText(name, option), defaultText(option), meaning(option)]),
  ];
  return [
    `### ${code(`resumark ${String(command.command)}`)}`,
    sentence(String(command.describe)),
    ...(takesScenario ? ['Takes every flag of the [scenario keys](#scenario-keys) as well.'] : []),
    ...(rows.length === 0 ? [] : [table(['argument or flag', 'default', 'meaning'], rows)]),
  ].join('\n\n');
};

const SCENARIO_FLAGS = flagSettings().map(({ meta }) => meta.flag ?? '');

const isScenarioFlag = (name: string): boolean => SCENARIO_FLAGS.includes(name);

const flagText = (name: string, { alias }: Options): string =>
  [...[alias ?? []].flat().map((short) => `-${short}`), `--${name}`].map(code).join(', ');

const defaultText = ({ default: value, defaultDescription }: Options): string =>
  code(defaultDescription ?? (value === undefined ? undefined : String(value)));

const meaning = ({ describe = '' }: Options): string => plain(sentence(describe));

/** Lets the command declare its flags to a recorder in place of yargs. */
const declaredBy = ({ builder }: CommandModule): Declared => {
  const declared: Declared = { positionals: [], options: [] };
  const recorder = {
    positional: (name: string, option: PositionalOptions) => (declared.positionals.push([name, option]), recorder),
    option: (name: string, option: Options) => (declared.options.push([name, option]), recorder),
    options: (all: Readonly<Record<string, Options>>) => (declared.options.push(...Object.entries(all)), recorder),
    example: () => recorder,
  };
  if (typeof builder === 'function') void builder(recorder as unknown as Argv);
  return declared;
};
