import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../../src/target/certificate.ts';
import { freePort, untilListening } from './free-port.ts';
import { readAtRest } from './read-at-rest.ts';

export interface HaproxyOptions {
  /** False sets no-tls-tickets. */
  readonly tickets: boolean;
}

/** What HAProxy itself logged, by protocol. */
export type HaproxyLog = Readonly<Record<string, { readonly full: number; readonly resumed: number }>>;

export interface Haproxy {
  readonly port: number;
  readonly certificatePath: string;
  readonly certificate: string;
  log(): Promise<HaproxyLog>;
  close(): Promise<void>;
}

/** Starts a real HAProxy on loopback that logs each connection's protocol and whether it was resumed (`ssl_fc_is_resumed`). */
export const startHaproxy = async (program: string, { tickets }: HaproxyOptions): Promise<Haproxy> => {
  const folder = await mkdtemp(join(tmpdir(), 'resumark-haproxy-'));
  const { certificate, key } = await makeCertificate('ecdsa-p256');
  const port = await freePort();
  await writeFile(join(folder, 'certificate.pem'), certificate);
  await writeFile(join(folder, 'both.pem'), certificate + key);
  await writeFile(join(folder, 'haproxy.cfg'), configuration(folder, port, tickets));
  const logFile = await open(join(folder, 'haproxy.log'), 'w');
  // Into a file and not a pipe: HAProxy drops a line rather than wait for a reader.
  const child = spawn(program, ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: ['ignore', logFile.fd, 'ignore'] });
  const exited = once(child, 'exit');
  await Promise.race([untilListening(port), exited.then(() => Promise.reject(new Error('HAProxy ended at its start')))]);
  return {
    port,
    certificate,
    certificatePath: join(folder, 'certificate.pem'),
    log: async () => parseLog(await readAtRest(join(folder, 'haproxy.log'))),
    close: async () => {
      child.kill('SIGKILL');
      await exited;
      await logFile.close();
      await rm(folder, { recursive: true });
    },
  };
};

const configuration = (folder: string, port: number, tickets: boolean): string => `
global
    log stdout format raw local0
    maxconn 4096
    tune.ssl.cachesize 20000
    ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
    mode tcp
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend tls
    bind 127.0.0.1:${String(port)} ssl crt ${folder}/both.pem${tickets ? '' : ' no-tls-tickets'}
    log global
    log-format "%[ssl_fc_protocol] %[ssl_fc_is_resumed]"
    tcp-request content reject
`;

const parseLog = (text: string): HaproxyLog => {
  const log: Record<string, { full: number; resumed: number }> = {};
  for (const [, protocol = '', mark] of text.matchAll(/^(TLSv1\.[23]) ([01])$/gmu)) {
    const counts = (log[protocol] ??= { full: 0, resumed: 0 });
    if (mark === '1') counts.resumed += 1;
    else counts.full += 1;
  }
  return log;
};
