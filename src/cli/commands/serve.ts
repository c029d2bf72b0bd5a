import { once } from 'node:events';
import type { Argv, CommandModule } from 'yargs';
import { EXIT, ResumarkError, type ExitCode } from '../../domain/error.ts';
import { parseCount } from '../../scenario/quantity.ts';
import { decodeServer } from '../../scenario/decode.ts';
import type { ServerSettings } from '../../scenario/server-schema.ts';
import { openReferenceFleet } from '../../target/fleet/reference-fleet.ts';
import type { CommandContext } from '../context.ts';
import type { ParsedFlags } from '../flags.ts';
import { listenForInterrupt } from '../interrupt.ts';

/** `serve`: a reference server, or a fleet of them, in the foreground until Ctrl-C. */
export const serveCommand = (context: CommandContext): CommandModule => ({
  command: 'serve',
  describe: 'Run a reference server in the foreground until Ctrl-C',
  builder: (yargs: Argv) =>
    yargs
      .option('port', { type: 'string', requiresArg: true, describe: 'Port on 127.0.0.1', defaultDescription: 'a free one' })
      .option('certificate', {
        type: 'string',
        requiresArg: true,
        describe: 'Key type of the certificate: rsa-2048 or ecdsa-p256',
        defaultDescription: 'ecdsa-p256',
      })
      .option('resumption', {
        type: 'string',
        requiresArg: true,
        describe: 'Resumption to offer: none, cache, tickets or cache,tickets',
        defaultDescription: 'cache,tickets',
      })
      .option('delay', {
        type: 'string',
        requiresArg: true,
        describe: 'Delay each handshake by this time, such as 20ms',
        defaultDescription: 'no delay',
      })
      .option('work', {
        type: 'string',
        requiresArg: true,
        describe: 'Extra CPU time to burn in each handshake, such as 200us',
        defaultDescription: 'none',
      })
      .option('nodes', {
        type: 'string',
        requiresArg: true,
        describe: 'Number of servers; several stand behind a TCP balancer',
        defaultDescription: '1',
      })
      .option('balance', {
        type: 'string',
        requiresArg: true,
        describe: 'Rule of the balancer: round-robin, least-connections or source',
        defaultDescription: 'round-robin',
      })
      .option('ticket-keys', {
        type: 'string',
        requiresArg: true,
        describe: 'Ticket keys of the nodes: own, shared, or a label per node such as a,a,a,b',
        defaultDescription: 'own',
      })
      .option('session-cache', {
        type: 'string',
        requiresArg: true,
        describe: 'Session cache of the nodes: own or shared',
        defaultDescription: 'own',
      })
      .example('$0 serve --resumption none --port 8443', 'a server that never resumes')
      .example('$0 serve --nodes 4 --ticket-keys shared', "four servers that resume each other's sessions"),
  handler: async (parsed) => {
    context.exitWith(await serve(context, parsed));
  },
});

const serve = async ({ terminal }: CommandContext, parsed: ParsedFlags): Promise<ExitCode> => {
  const settings = decodeServer({
    certificate: parsed['certificate'],
    resumption: listOrWord(parsed['resumption']),
    delay: parsed['delay'],
    work: parsed['work'],
    nodes: parsed['nodes'],
    balance: parsed['balance'],
    ticketKeys: listOrWord(parsed['ticketKeys']),
    sessionCache: parsed['sessionCache'],
  });
  const interrupt = listenForInterrupt();
  const { certificate: keyType, resumption, delay: delayMs, work: workMs } = settings;
  const server = await openReferenceFleet({ keyType, resumption, delayMs, workMs, port: portOf(parsed['port']) }, settings);
  const endpoints = [server, ...(server.fleet?.nodes ?? [])];
  terminal.out(`${endpoints.map(({ address, port }) => `${address}:${String(port)}\n`).join('')}${server.ca ?? ''}`);
  terminal.err(`${servingText(settings)}; Ctrl-C stops ${settings.nodes === 1 ? 'the server' : 'all of them'}\n`);
  if (!interrupt.signal.aborted) await once(interrupt.signal, 'abort');
  await server.close();
  interrupt.end();
  return EXIT.done;
};

const servingText = ({ nodes, balance, ticketKeys, sessionCache, resumption }: ServerSettings): string => {
  const offered = `resumption ${resumption.join(', ') || 'none'}`;
  if (nodes === 1) return offered;
  const keys = typeof ticketKeys === 'string' ? ticketKeys : ticketKeys.join(', ');
  return `a balancer (${balance}) and ${String(nodes)} servers, ticket keys ${keys}, session cache ${sessionCache}, ${offered}`;
};

const listOrWord = (flag: unknown): unknown => (typeof flag === 'string' && flag.includes(',') ? flag.split(',') : flag);

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
