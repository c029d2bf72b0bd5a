import { existsSync } from 'node:fs';
import type { StartedProgram } from '../program/program.ts';
import { reloadWorkers, workersOf } from '../program/workers.ts';
import { accepts } from '../ports.ts';
import { ANY_RESUMPTION, keyFilePerKey, type ServerRecipe } from './recipe.ts';

/**
 * nginx with its stream module: unlike http, it logs every connection whose handshake was finished, also one whose client sends nothing
 * and resets. It answers as HTTP to whoever connects, at once.
 */
export const nginx: ServerRecipe = {
  name: 'nginx',
  programs: ['nginx'],
  packages: 'nginx-light libnginx-mod-stream',
  version: { args: ['-v'], pattern: /nginx\/([\d.]+)/u },
  resumptions: ANY_RESUMPTION,
  settings: (program, resumption, keyFiles = []) => ({
    command: nginxCommand(program),
    files: {
      'nginx.conf': streamConfiguration({
        cache: resumption.includes('cache') ? 'shared:sessions:10m' : 'off',
        tickets: resumption.includes('tickets'),
        // A connection that ended in its handshake has no cipher. What is written at once costs a system call per handshake.
        log: `map $ssl_cipher $is_finished { default 1; "" 0; "(NONE)" 0; }
    log_format handshake '$ssl_session_reused';
    access_log {{folder}}/handshakes.log handshake buffer=64k flush=100ms if=$is_finished;`,
        answer: ANSWER,
        directives: keyFiles.map((name) => `ssl_session_ticket_key ${name};`),
      }),
    },
    isReady: isServing,
  }),
  ticketKeyFiles: keyFilePerKey,
  account: { of: 'handshakes', by: 'log', file: 'handshakes.log', handshake: /^[r.]$/u, resumed: /^r$/u },
  reload: (program) => reloadWorkers(program, 'SIGHUP', isWorker),
};

/** The command of an nginx that reads `nginx.conf` in its folder. */
export const nginxCommand = (program: string): readonly [string, ...string[]] => [
  program,
  '-p',
  '{{folder}}',
  '-c',
  'nginx.conf',
];

/** To whoever connects, without a look at the request. nginx reads the escapes. */
const ANSWER = String.raw`"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"`;

/** The variable parts of a configuration with a TLS port of the stream module. */
export interface StreamOptions {
  /** The value of `ssl_session_cache`. */
  readonly cache: string;
  readonly tickets: boolean;
  /** The directives of the log. */
  readonly log: string;
  /** Sent at once, as nginx spells a string. */
  readonly answer: string;
  readonly address?: string;
  /** More directives of the stream. */
  readonly directives?: readonly string[];
  /** More directives of its server. */
  readonly serverDirectives?: readonly string[];
}

export const streamConfiguration = ({
  cache,
  tickets,
  log,
  answer,
  address,
  directives,
  serverDirectives,
}: StreamOptions): string => `
${streamModuleLine()}
daemon off;
worker_processes 1;
pid {{folder}}/nginx.pid;
error_log stderr error;
events { worker_connections 16384; }
worker_rlimit_nofile 20000;
stream {
    ${log}
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache ${cache};
    ssl_session_tickets ${tickets ? 'on' : 'off'};
    ${(directives ?? []).join('\n    ')}
    server {
        listen ${address ?? '{{address}}'}:{{port}} ssl backlog=4096;
        ${(serverDirectives ?? []).join('\n        ')}
        return ${answer};
    }
}
`;

/** Where Debian's package puts the stream module; without the file it is built in. */
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** The line of nginx.conf that loads the stream module, empty where it is built in. */
export const streamModuleLine = (): string => (existsSync(STREAM_MODULE) ? `load_module ${STREAM_MODULE};` : '');

/** True when it listens and has a worker: it listens before, and what looks at its processes, or stops them, must see both. */
export const isServing = async (started: StartedProgram): Promise<boolean> =>
  (await accepts(started)) && (await hasWorker(started));

const hasWorker = async ({ pid }: StartedProgram): Promise<boolean> => (await workersOf(pid, isWorker)).length > 0;

/**
 * A child that has not named itself a worker yet may be one of the libraries' that ends at once; one that is shutting down accepts nothing
 * any more, and says so.
 */
const isWorker = (commandLine: string): boolean => /^nginx: worker process[\s\0]*$/u.test(commandLine);
