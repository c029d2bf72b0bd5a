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

/** The program as a function of its arguments and its terminal. Never ends the process: it gives the exit code. */
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
    .usage('$0 <command>\n\nWhat TLS session resumption is worth: handshakes under load, each proven.')
    .strict()
    .demandCommand(1, 'Name a command.')
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
      throw error ?? new ResumarkError('USAGE', message ?? 'The command line is wrong.', 'See resumark --help.');
    });

/** A flag that is given twice holds its last value, unless it is one that may be given several times. */
const keepLast = (parsed: Record<string, unknown>, program?: Argv): void => {
  // Which these are yargs knows, but its types do not say so.
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
  terminal.err(`This is a bug of resumark ${version}; please report it with what follows.\n${stack ?? ''}\n`);
  return EXIT.internal;
};
