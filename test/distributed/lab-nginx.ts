import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nginxCommand, streamConfiguration } from '../../src/target/servers/nginx.ts';
import { readAtRest } from '../servers/read-at-rest.ts';
import { startServerProgram } from '../servers/server-program.ts';
import type { LabHost } from './network-lab.ts';

/** A connection whose handshake was finished, by nginx's log. */
export interface LoggedHandshake {
  readonly from: string;
  readonly protocol: string;
  readonly isResumed: boolean;
  /** Unix time when nginx accepted it, to the ms. */
  readonly acceptedMs: number;
  readonly closedMs: number;
  /** Subject of the client's certificate, `-` without one. */
  readonly client: string;
}

export interface LabNginx {
  /** `host:port`. */
  readonly target: string;
  /** The handshakes so far, once the log is at rest. */
  readonly log: () => Promise<readonly LoggedHandshake[]>;
  /** Those by now, while there are more to come. */
  readonly logSoFar: () => Promise<readonly LoggedHandshake[]>;
  readonly close: () => Promise<void>;
}

export interface LabNginxOptions {
  readonly port?: number;
  readonly tickets?: boolean;
  /** PEM of the authority of clients' certificates, which are then demanded. */
  readonly clientAuthority?: string;
}

/** Starts an nginx on a machine of the lab, whose log says who connected when. */
export const startLabNginx = async (
  program: string,
  host: LabHost,
  { port = 443, tickets = true, clientAuthority }: LabNginxOptions = {},
): Promise<LabNginx> => {
  const server = await startServerProgram({
    command: [...host.wrapper, ...nginxCommand(program)],
    files: {
      'nginx.conf': streamConfiguration({
        cache: 'shared:sessions:10m',
        tickets,
        log: LOG,
        answer: 'ok',
        directives: clientAuthority === undefined ? [] : ['ssl_client_certificate clients.pem; ssl_verify_client on;'],
      }),
      ...(clientAuthority !== undefined && { 'clients.pem': clientAuthority }),
    },
    address: host.address,
    port,
    // It is written when nginx listens.
    isReady: ({ folder }) => Promise.resolve(existsSync(join(folder, 'nginx.pid'))),
  });
  const path = join(server.folder, 'seen.log');
  return {
    target: `${host.address}:${String(port)}`,
    log: async () => handshakesIn(await readAtRest(path)),
    logSoFar: async () => handshakesIn(await readFile(path, 'utf8')),
    close: server.close,
  };
};

const LOG = `log_format seen '$ssl_protocol $ssl_session_reused $remote_addr $msec $session_time $ssl_cipher $ssl_client_s_dn';
    access_log {{folder}}/seen.log seen;`;

/** A connection that ended in its handshake has no cipher. */
const LINE = /^(\S+) ([r.]) (\S+) ([\d.]+) ([\d.]+) (?:TLS_|ECDHE)\S+ (.*)$/gmu;

const handshakesIn = (text: string): LoggedHandshake[] =>
  [...text.matchAll(LINE)].map(([, protocol = '', mark, from = '', closed, took, client = '']) => {
    const closedMs = Number(closed) * 1000;
    return { from, protocol, isResumed: mark === 'r', acceptedMs: closedMs - Number(took) * 1000, closedMs, client };
  });
