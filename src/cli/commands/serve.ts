import { once } from 'node:events';
import type { Argv, CommandModule } from 'yargs';
import { EXIT, ResumarkError, type ExitCode } from '../../domain/error.ts';
import { parseCount } from '../../scenario/quantity.ts';
import { decodeServer } from '../../scenario/decode.ts';
import type { ServerSettings } from '../../scenario/server-schema.ts';
import { openReferenceFleet, serverSettings } from '../../target/fleet/reference-fleet.ts';
import type { CommandContext } from '../context.ts';
import { serverFlagValues, withServerFlags, type ParsedFlags } from '../flags.ts';
import { listenForInterrupt } from '../interrupt.ts';

/** `serve`: a reference server, or a fleet of them, in the foreground until Ctrl-C. */
export const serveCommand = (context: CommandContext): CommandModule => ({
  command: 'serve',
  describe: 'Run a reference server in the foreground until Ctrl-C',
  builder: (yargs: Argv) =>
    withServerFlags(yargs)
      .option('port', { type: 'string', requiresArg: true, describe: 'Port on 127.0.0.1', defaultDescription: 'a free one' })
      .example('$0 serve --resumption none --port 8443', 'a server that never resumes')
      .example('$0 serve --nodes 4 --ticket-keys shared', "four servers that resume each other's sessions"),
  handler: async (parsed) => {
    context.exitWith(await serve(context, parsed));
  },
});

const serve = async ({ terminal }: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const settings = decodeServer(serverFlagValues(parsed));
  const interrupt = listenForInterrupt();
  const server = await openReferenceFleet({ ...serverSettings(settings), port: portOf(parsed['port']) }, settings);
  const endpoints = [server, ...(server.fleet?.nodes ?? [])];
  terminal.out(`${endpoints.map(({ address, port }) => `${address}:${String(port)}\n`).join('')}${server.ca ?? ''}`);
  terminal.err(`${server.name}, ${servingText(settings)}; Ctrl-C stops ${settings.nodes === 1 ? 'the server' : 'all of them'}\n`);
  if (!interrupt.signal.aborted) await once(interrupt.signal, 'abort');
  await server.close();
  interrupt.end();
  return EXIT.done;
};

const servingText = ({ nodes, balance, ticketKeys, sessionCache, resumption }: ServerSettings): string => {
  const offered = `resumption ${resumption.join(', ') || 'none'}`;
  if (nodes === 1) return offered;
  const keys = typeof ticketKeys === 'string' ? ticketKeys : ticketKeys.join(', ');
  return `balancer ${balance}, ticket keys ${keys}, session cache ${sessionCache}, ${offered}`;
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
