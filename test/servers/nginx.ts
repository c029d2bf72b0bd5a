import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificatePair } from '../../src/target/certificate-pair.ts';
import type { KeyType } from '../../src/target/certificate.ts';
import { isServing, nginxCommand, streamConfiguration } from '../../src/target/servers/nginx.ts';
import { readAtRest } from './read-at-rest.ts';
import { startServerProgram, type ServerProgram } from './server-program.ts';

export interface NginxOptions {
  /** `off`: sessions are refused; `none`: said to be allowed but not kept; `shared`: kept. */
  readonly cache: 'off' | 'none' | 'shared';
  /** Of a shared cache, as nginx spells it. */
  readonly cacheSize?: string;
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
type NginxLog = Readonly<Record<string, { readonly full: number; readonly resumed: number }>>;

export interface Nginx extends ServerProgram {
  readonly log: () => Promise<NginxLog>;
  /** Counts the lines of the log so far, those still in the writing perhaps not. */
  readonly logged: () => Promise<number>;
  /** Reads the log's lines, one of each connection. */
  readonly lines: () => Promise<readonly string[]>;
}

/**
 * Starts a real nginx on loopback with a TLS port of its stream module. Unlike http, stream logs every connection whose handshake was
 * finished, also one whose client sends nothing and resets.
 */
export const startNginx = async (program: string, options: NginxOptions): Promise<Nginx> => {
  const { certificate = options.keyType ?? 'ecdsa-p256', clientAuthority, address = '127.0.0.1' } = options;
  const server = await startServerProgram({
    command: nginxCommand(program),
    certificate,
    address,
    files: { 'nginx.conf': configuration(options), ...(clientAuthority !== undefined && { 'clients.pem': clientAuthority }) },
    isReady: isServing,
  });
  const path = join(server.folder, 'access.log');
  return {
    ...server,
    logged: async () => (await readFile(path, 'utf8')).split('\n').length - 1,
    log: async () => parseLog(await readAtRest(path)),
    lines: async () => (await readAtRest(path)).trim().split('\n'),
  };
};

const configuration = ({ cache, cacheSize = '10m', tickets, sessionTimeoutS = 300, ...options }: NginxOptions): string =>
  streamConfiguration({
    cache: cache === 'shared' ? `shared:sessions:${cacheSize}` : cache,
    tickets,
    log: `log_format handshake '$ssl_protocol $ssl_session_reused $ssl_cipher ${FACTS}';
    access_log {{folder}}/access.log handshake;`,
    answer: 'ok',
    address: options.address === '::1' ? '[::1]' : '127.0.0.1',
    directives: [
      `ssl_session_timeout ${String(sessionTimeoutS)}s;`,
      ...(options.ticketKeys ?? []).map((path) => `ssl_session_ticket_key ${path};`),
      ...(options.clientAuthority === undefined ? [] : ['ssl_client_certificate clients.pem; ssl_verify_client optional;']),
    ],
    serverDirectives: options.directives ?? [],
  });

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
