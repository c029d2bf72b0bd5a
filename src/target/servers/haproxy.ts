import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ResumarkError } from '../../domain/error.ts';
import type { StartedProgram } from '../program/program.ts';
import type { ServerCounts } from '../server-counts.ts';
import { ANY_RESUMPTION, type ServerRecipe } from './recipe.ts';

/** HAProxy in mode http, without a server to forward to: it waits for a request, and answers it itself. */
export const haproxy: ServerRecipe = {
  name: 'HAProxy',
  programs: ['haproxy'],
  packages: 'haproxy',
  version: { args: ['-v'], pattern: /HAProxy version ([\d.]+)/u },
  resumptions: ANY_RESUMPTION,
  settings: (program, resumption, keyFiles = []) => ({
    command: haproxyCommand(program),
    files: { 'haproxy.cfg': HAPROXY_CONFIGURATION },
    values: {
      sessions: resumption.includes('cache') ? '40000' : '0',
      tickets: resumption.includes('tickets') ? keyFiles.map((name) => `tls-ticket-keys ${name}`).join(' ') : 'no-tls-tickets',
      mode: 'http',
      rule: 'http-request return status 200 content-type text/plain string "ok"',
      log: '',
    },
  }),
  // Of three keys, the fewest and the most that it reads, the middle one makes tickets: its order is from the oldest to one to come.
  ticketKeyFiles: ([key, older = key, oldest = key]) => ({
    'ticket.keys': [older, key, oldest].map((one) => `${one.toString('base64')}\n`).join(''),
  }),
  account: { of: 'handshakes', by: 'counters', read: (program) => readCounters(program) },
  useCertificate: async (program, { certificate, key }) => {
    await commanded(program, `set ssl cert both.pem <<\n${certificate}${key}\n`, 'Transaction created');
    await commanded(program, 'commit ssl cert both.pem\n', 'Success!');
  },
};

/** The command of an HAProxy that reads `haproxy.cfg` in its folder. */
export const haproxyCommand = (program: string): readonly [string, ...string[]] => [program, '-db', '-f', 'haproxy.cfg'];

/** Its values: `sessions` (not bytes; 0 turns the cache off), `tickets`, `mode`, `rule` and `log`. */
export const HAPROXY_CONFIGURATION = `
global
    # Fewer descriptors than that would do for most loads.
    no strict-limits
    maxconn 8192
    stats socket {{folder}}/stats.sock level admin
    tune.ssl.cachesize {{sessions}}
    ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
    mode {{mode}}
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend tls
    bind {{address}}:{{port}} ssl crt both.pem {{tickets}}
    {{log}}
    {{rule}}
`;

/** Asks for the counters of the frontend. `ssl_sess` counts the handshakes that were not resumed, whatever its name says. */
const readCounters = async ({ folder }: StartedProgram): Promise<ServerCounts> => {
  const [head = '', row = ''] = (await answerTo('show stat tls 1 -1\n', folder)).split('\n');
  const names = head.split(',');
  const valueOf = (name: string): number => {
    const value = Number(row.split(',')[names.indexOf(name)] ?? Number.NaN);
    if (!Number.isInteger(value)) throw new TypeError(`HAProxy does not tell ${name}`);
    return value;
  };
  const resumed = valueOf('ssl_reused_sess');
  return { handshakes: valueOf('ssl_sess') + resumed, resumed };
};

/** @throws ResumarkError TARGET with HAProxy's answer when that is not what a command that was carried out has. */
const commanded = async ({ folder }: StartedProgram, command: string, success: string): Promise<void> => {
  const answer = await answerTo(command, folder);
  if (!answer.includes(success)) throw new ResumarkError('TARGET', `HAProxy did not take it: ${answer.trim()}`);
};

const answerTo = (command: string, folder: string): Promise<string> => {
  const socket = connect(join(folder, 'stats.sock'));
  socket.write(command);
  return text(socket);
};
