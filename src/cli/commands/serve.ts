import { once } from 'node:events';
import type { Argv, CommandModule } from 'yargs';
import { EXIT, ResumarkError, type ExitCode } from '../../domain/error.ts';
import { parseCount } from '../../scenario/quantity.ts';
import { decodeServer } from '../../scenario/decode.ts';
import { startReferenceServer } from '../../target/reference/reference-server.ts';
import type { CommandContext } from '../context.ts';
import { serverFlagValues, withServerFlags, type ParsedFlags } from '../flags.ts';
import { listenForInterrupt } from '../interrupt.ts';

/** `serve`: a reference server in the foreground, until Ctrl-C. */
export const serveCommand = (context: CommandContext): CommandModule => ({
  command: 'serve',
  describe: 'Run a reference server in the foreground until Ctrl-C',
  builder: (yargs: Argv) =>
    withServerFlags(yargs)
      .option('port', { type: 'string', requiresArg: true, describe: 'Port on 127.0.0.1', defaultDescription: 'a free one' })
      .example('$0 serve --resumption none --port 8443', 'a server that never resumes'),
  handler: async (parsed) => {
    context.exitWith(await serve(context, parsed));
  },
});

const serve = async ({ terminal }: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const { certificate, resumption, delay, work, ...knobs } = decodeServer(serverFlagValues(parsed));
  const interrupt = listenForInterrupt();
  const server = await startReferenceServer({
    keyType: certificate,
    resumption,
    delayMs: delay,
    workMs: work,
    knobs,
    port: portOf(parsed['port']),
  });
  terminal.out(`${server.address}:${String(server.port)}\n${server.certificate}`);
  terminal.err(`${server.library}, resumption ${resumption.join(', ') || 'none'}; Ctrl-C stops the server\n`);
  if (!interrupt.signal.aborted) await once(interrupt.signal, 'abort');
  await server.close();
  interrupt.end();
  return EXIT.done;
};

const portOf = (flag: unknown): number => {
  if (flag === undefined) return 0;
  const port = parseCount(flag);
  if (port !== undefined && port <= 65_535) return port;
  throw new ResumarkError(
    'USAGE',
    `--port must be a number from 0 to 65535, but it is ${JSON.stringify(flag)}.`,
    'Use 0 for any free port.',
  );
};
