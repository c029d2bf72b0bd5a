import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificate, type CertificatePair, type KeyType } from '../../src/target/certificate.ts';
import { freePort, untilListening } from './free-port.ts';
import { readAtRest } from './read-at-rest.ts';

export interface NginxOptions {
  /** `off`: sessions are refused; `none`: said to be allowed but not kept; `shared`: kept. */
  readonly cache: 'off' | 'none' | 'shared';
  readonly tickets: boolean;
  readonly keyType?: KeyType;
  /** How long a session lives, in s; nginx's own default is 300. */
  readonly sessionTimeoutS?: number;
  readonly certificate?: CertificatePair;
  /** Files of ticket keys: tickets are made with the first one, and taken of all. */
  readonly ticketKeys?: readonly string[];
  /** PEM of the authority of clients' certificates, which are then asked for but not demanded. */
  readonly clientAuthority?: string;
  /** Loopback address to listen on. */
  readonly address?: '127.0.0.1' | '::1';
  /** More lines for the server's block. */
  readonly directives?: readonly string[];
}

/** What nginx itself logged, by protocol: handshakes, and how many of them it resumed. */
export type NginxLog = Readonly<Record<string, { readonly full: number; readonly resumed: number }>>;

export interface Nginx {
  readonly port: number;
  readonly folder: string;
  readonly pid: number;
  readonly certificatePath: string;
  readonly certificate: string;
  log(): Promise<NginxLog>;
  /** Lines of the log so far, those still in the writing perhaps not. */
  logged(): Promise<number>;
  /** The log's lines, one of each connection. */
  lines(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Where Debian's package puts the stream module; without the file it is built in. */
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

/**
 * Starts a real nginx on loopback with a TLS port of its stream module. Unlike http, stream logs every connection whose handshake was
 * finished, also one whose client sends nothing and resets.
 */
export const startNginx = async (program: string, options: NginxOptions): Promise<Nginx> => {
  const folder = await mkdtemp(join(tmpdir(), 'resumark-nginx-'));
  const { certificate, key } = options.certificate ?? (await makeCertificate(options.keyType ?? 'ecdsa-p256'));
  const port = await freePort();
  await writeFile(join(folder, 'certificate.pem'), certificate);
  await writeFile(join(folder, 'key.pem'), key);
  if (options.clientAuthority !== undefined) await writeFile(join(folder, 'clients.pem'), options.clientAuthority);
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, options));
  const child = spawn(program, ['-p', folder, '-c', 'nginx.conf'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  await Promise.race([
    untilListening(port, options.address).then(() => untilForked(child.pid ?? 0)),
    exited.then(() => Promise.reject(new Error('nginx ended at its start'))),
  ]);
  return {
    port,
    folder,
    pid: child.pid ?? 0,
    certificate,
    certificatePath: join(folder, 'certificate.pem'),
    logged: async () => (await readFile(join(folder, 'access.log'), 'utf8')).split('\n').length - 1,
    log: async () => parseLog(await readAtRest(join(folder, 'access.log'))),
    lines: async () => (await readAtRest(join(folder, 'access.log'))).trim().split('\n'),
    close: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
};

/**
 * nginx listens before it has a worker: what looks at its processes, or stops them, must see both.
 * A child that has not named itself a worker yet may be one of the libraries' that ends at once.
 */
const untilForked = async (pid: number): Promise<void> => {
  const childrenPath = `/proc/${String(pid)}/task/${String(pid)}/children`;
  const nameOf = (child: string): Promise<string> => readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
  for (;;) {
    const children = (await readFile(childrenPath, 'utf8')).split(' ').filter(Boolean);
    const names = await Promise.all(children.map(nameOf));
    if (names.some((name) => name.startsWith('nginx: worker process'))) return;
    await sleep(5);
  }
};

const configuration = (folder: string, port: number, options: NginxOptions): string => `
${existsSync(STREAM_MODULE) ? `load_module ${STREAM_MODULE};` : ''}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log error;
events { worker_connections 4096; }
stream {
    log_format handshake '$ssl_protocol $ssl_session_reused $ssl_cipher ${FACTS}';
    access_log ${folder}/access.log handshake;
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache ${options.cache === 'shared' ? 'shared:sessions:10m' : options.cache};
    ssl_session_timeout ${String(options.sessionTimeoutS ?? 300)}s;
    ssl_session_tickets ${options.tickets ? 'on' : 'off'};
    ${options.ticketKeys?.map((path) => `ssl_session_ticket_key ${path};`).join('\n    ') ?? ''}
    ${options.clientAuthority === undefined ? '' : 'ssl_client_certificate clients.pem; ssl_verify_client optional;'}
    server {
        listen ${options.address === '::1' ? '[::1]' : '127.0.0.1'}:${String(port)} ssl backlog=4096;
        ${options.directives?.join('\n        ') ?? ''}
        return ok;
    }
}
`;

/** What nginx saw of a connection, each behind its name. */
const FACTS = 'group=$ssl_curve name=$ssl_server_name alpn=$ssl_alpn_protocol client=$ssl_client_verify from=$remote_addr .';

/** Lines such as `TLSv1.3 r TLS_AES_256_GCM_SHA384`: `r` is resumed, `.` is not. A connection without a handshake has no cipher. */
const parseLog = (text: string): NginxLog => {
  const log: Record<string, { full: number; resumed: number }> = {};
  for (const [, protocol = '', mark] of text.matchAll(/^(TLSv1\.[23]) ([r.]) (?:TLS_|ECDHE)/gmu)) {
    const counts = (log[protocol] ??= { full: 0, resumed: 0 });
    if (mark === 'r') counts.resumed += 1;
    else counts.full += 1;
  }
  return log;
};
