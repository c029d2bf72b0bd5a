import yargs, { type Argv, type CommandModule } from 'yargs';
import { EXIT, ResumarkError, type ExitCode } from '../domain/error.ts';
import { nearest } from '../domain/suggest.ts';
import { oneLine } from '../report/safe-text.ts';
import { version } from '../run/version.ts';
import { agentCommand } from './commands/agent.ts';
import { calibrateCommand } from './commands/calibrate.ts';
import { compareCommand } from './commands/compare.ts';
import { demoCommand } from './commands/demo.ts';
import { gateCommand } from './commands/gate.ts';
import { mergeCommand } from './commands/merge.ts';
import { probeCommand } from './commands/probe.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { serveCommand } from './commands/serve.ts';
import type { CommandContext } from './context.ts';
import { FLAG_HINTS, withHabits } from './habits.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs the program on its arguments and terminal. Never ends the process, but returns the exit
 * code.
 */
export const main = async (args: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  try {
    return await runCommandLine(args, terminal);
  } catch (error) {
    return report(error, terminal);
  }
};

const runCommandLine = async (args: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  let exitCode: ExitCode = EXIT.done;
  const hasColour = terminal.hasColour && !args.some((arg) => NO_COLOUR.test(arg));
  const context = {
    terminal: { ...terminal, hasColour },
    args,
    exitWith: (code: ExitCode): void => {
      exitCode = code;
    },
  };
  const commands = commandsOf(context);
  const meant = withHabits(
    args.filter((arg) => !NO_COLOUR.test(arg)),
    commands.map(nameOf),
  );
  const program = commandLine(meant, commands, terminal.columns);
  // With a callback yargs hands over what it would print, so that help and version go to stdout.
  await program.parseAsync(meant, {}, (_error, _parsed, output) => {
    if (output !== '') terminal.out(`${output}\n`);
  });
  return exitCode;
};

const NO_COLOUR = /^--no-colou?r$/u;

const nameOf = ({ command }: CommandModule): string => [command].flat()[0]?.split(' ')[0] ?? '';

/** The commands, in the order in which the help lists them. */
export const commandsOf = (context: CommandContext): readonly CommandModule[] => [
  runCommand(context),
  demoCommand(context),
  compareCommand(context),
  gateCommand(context),
  calibrateCommand(context),
  probeCommand(context),
  reportCommand(context),
  mergeCommand(context),
  serveCommand(context),
  agentCommand(context),
  schemaCommand(context),
];

/** The parser of the whole command line, with its commands. */
export const commandLine = (args: readonly string[], commands: readonly CommandModule[], columns = 0): Argv => {
  const program = yargs([...args]);
  return program
    .scriptName('resumark')
    .updateStrings(YARGS_MESSAGES)
    .usage('$0 <command>\n\nMeasures what TLS session resumption saves: handshakes under load, each one verified.')
    .strict()
    .demandCommand(1, 'a command is missing.')
    .recommendCommands()
    .version(version)
    .help()
    .alias('help', 'h')
    .alias('version', 'V')
    .completion('completion', 'Print a script for the completion of bash or zsh')
    .wrap(columns === 0 ? WIDTH : Math.min(WIDTH, columns))
    .exitProcess(false)
    .showHelpOnFail(false)
    .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false, 'greedy-arrays': false })
    .middleware(keepLast, true)
    .command([...commands])
    .fail((message: string | null, error: Error | undefined) => {
      // A YError is a mistake on the command line, anything else an error of a command.
      if (error !== undefined && error.name !== 'YError') throw error;
      const text = message ?? error?.message ?? 'the command line is invalid.';
      throw new ResumarkError('USAGE', text, `${suggestion(text, program)}See resumark --help.`);
    });
};

/** The widest that help is printed. */
const WIDTH = 110;

/** Says what was probably meant by the first unknown flag. */
const suggestion = (message: string, program: Argv): string => {
  const [, unknown] = /^unknown arguments?: ([^,]+?)[,.]/u.exec(message) ?? [];
  // yargs knows its flags, but its types do not say so.
  const { key } = (program as unknown as { getOptions(): { readonly key: Readonly<Record<string, unknown>> } }).getOptions();
  const flags = Object.keys(key).filter((name) => name.length > 1);
  const hint = unknown === undefined ? undefined : FLAG_HINTS[unknown];
  if (hint !== undefined) return hint;
  const meant = unknown === undefined ? undefined : nearest(unknown, flags);
  return meant === undefined ? '' : `Did you mean --${meant}? `;
};

/** The messages of yargs as sentences. */
const YARGS_MESSAGES = {
  'Not enough non-option arguments: got %s, need at least %s': {
    one: 'arguments are missing: got %s, need at least %s.',
    other: 'arguments are missing: got %s, need at least %s.',
  },
  'Unknown argument: %s': { one: 'unknown argument: %s.', other: 'unknown arguments: %s.' },
  'Unknown command: %s': { one: 'unknown command: %s.', other: 'unknown commands: %s.' },
  'Not enough arguments following: %s': 'the flag %s must have a value.',
  'Did you mean %s?': 'unknown command. Did you mean %s?',
  // The types of yargs know no plurals.
} as unknown as Record<string, string>;

/** Keeps the last value of a flag that is given twice, unless the flag is repeatable. */
const keepLast = (parsed: Record<string, unknown>, program?: Argv): void => {
  // yargs knows the repeatable flags, but its types do not say so.
  const { array } = (program as unknown as { getOptions(): { readonly array: readonly string[] } }).getOptions();
  for (const [name, value] of Object.entries(parsed)) {
    if (name !== '_' && Array.isArray(value) && !array.includes(name)) parsed[name] = value.at(-1);
  }
};

const report = (error: unknown, terminal: Terminal): ExitCode => {
  if (error instanceof ResumarkError) {
    // Keys and excerpts of files may hold control characters.
    const lines = `error: ${error.message}\n${error.hint ?? ''}`.trimEnd().split('\n');
    terminal.err(`${lines.map(oneLine).join('\n')}\n`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? error.stack : String(error);
  terminal.err(`This is a bug in resumark ${version}. Please report it with the following stack trace.\n${stack ?? ''}\n`);
  return EXIT.internal;
};
