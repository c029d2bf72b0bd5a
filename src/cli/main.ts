import yargs, { type Argv, type CommandModule } from 'yargs';
import { EXIT, ResumarkError, type ExitCode } from '../domain/error.ts';
import { version } from '../run/version.ts';
import { calibrateCommand } from './commands/calibrate.ts';
import { compareCommand } from './commands/compare.ts';
import { demoCommand } from './commands/demo.ts';
import { gateCommand } from './commands/gate.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { serveCommand } from './commands/serve.ts';
import type { CommandContext } from './context.ts';
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
  const context = {
    terminal,
    args,
    exitWith: (code: ExitCode): void => {
      exitCode = code;
    },
  };
  const program = commandLine(args, commandsOf(context));
  // With a callback yargs hands over what it would print, so that help and version go to stdout.
  await program.parseAsync([...args], {}, (_error, _parsed, output) => {
    if (output !== '') terminal.out(`${output}\n`);
  });
  return exitCode;
};

/** The commands, in the order in which the help lists them. */
export const commandsOf = (context: CommandContext): readonly CommandModule[] => [
  runCommand(context),
  demoCommand(context),
  compareCommand(context),
  gateCommand(context),
  calibrateCommand(context),
  reportCommand(context),
  serveCommand(context),
  schemaCommand(context),
];

/** The parser of the whole command line, with its commands. */
export const commandLine = (args: readonly string[], commands: readonly CommandModule[]): Argv =>
  yargs([...args])
    .scriptName('resumark')
    .updateStrings(YARGS_MESSAGES)
    .usage('$0 <command>\n\nMeasures what TLS session resumption saves: handshakes under load, each one verified.')
    .strict()
    .demandCommand(1, 'a command is missing.')
    .recommendCommands()
    .version(version)
    .help()
    .alias('help', 'h')
    .wrap(110)
    .exitProcess(false)
    .showHelpOnFail(false)
    .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false, 'greedy-arrays': false })
    .middleware(keepLast, true)
    .command([...commands])
    .fail((message: string | null, error: Error | undefined) => {
      // A YError is a mistake on the command line, anything else an error of a command.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw new ResumarkError('USAGE', message ?? error?.message ?? 'the command line is invalid.', 'See resumark --help.');
    });

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
    terminal.err(`error: ${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? error.stack : String(error);
  terminal.err(`This is a bug in resumark ${version}. Please report it with the following stack trace.\n${stack ?? ''}\n`);
  return EXIT.internal;
};
