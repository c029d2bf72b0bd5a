import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { meterOfPid } from '../src/cpu/meter.ts';
import { makeCertificate } from '../src/target/certificate.ts';
import type { Protocol } from '../src/domain/protocol.ts';
import { freePort, untilListening } from '../test/servers/free-port.ts';
import type { BenchServer, HandshakeCounts } from './server.ts';

/** Where Debian's package puts the stream module; without the file it is built in. */
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

/**
 * An nginx for all clients: a port of its stream module for those that only shake hands, and one of HTTPS per version for those that
 * cannot leave out a request. Suite and group are pinned, so that all clients do the same arithmetic.
 */
export const startNginx = async (program: string, folder: string, workers: number): Promise<BenchServer> => {
  const { certificate, key } = await makeCertificate('ecdsa-p256');
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const [port, ...httpPorts] = ports;
  const certificatePath = join(folder, 'certificate.pem');
  await writeFile(certificatePath, certificate);
  await writeFile(join(folder, 'key.pem'), key);
  await writeFile(join(folder, 'nginx.conf'), configuration({ folder, workers, ports }));
  const child = spawn(program, ['-p', folder, '-c', 'nginx.conf'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  await Promise.race([untilListening(port), exited.then(() => Promise.reject(new Error('nginx ended at its start')))]);
  const meter = meterOfPid(child.pid ?? 0);
  const log = new HandshakeLog(join(folder, 'handshakes.log'));
  return {
    name: versionOf(program),
    port,
    httpPort: (protocol) => httpPorts[PROTOCOLS.indexOf(protocol)],
    certificatePath,
    takeCounts: () => log.take(),
    cpuNs: () => meter?.readNs() ?? Number.NaN,
    close: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
};

const PROTOCOLS: readonly Protocol[] = ['TLSv1.2', 'TLSv1.3'];

interface Layout {
  readonly folder: string;
  readonly workers: number;
  /** Of the stream module, then of HTTPS, one for each protocol. */
  readonly ports: readonly number[];
}

const configuration = ({ folder, workers, ports: [port, ...httpPorts] }: Layout): string => `
${existsSync(STREAM_MODULE) ? `load_module ${STREAM_MODULE};` : ''}
daemon off;
worker_processes ${String(workers)};
worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log error;
events { worker_connections 18000; }
stream {
    log_format handshake '$ssl_protocol $ssl_session_reused';
    access_log ${folder}/handshakes.log handshake buffer=64k flush=100ms;
    ${TLS}
    ssl_session_cache shared:sessions:10m;
    server {
        listen 127.0.0.1:${String(port)} ssl backlog=16384;
        return ok;
    }
}
http {
    log_format handshake '$ssl_protocol $ssl_session_reused';
    access_log ${folder}/handshakes.log handshake buffer=64k flush=100ms;
    keepalive_timeout 0;
    ${TLS}
    ssl_session_cache off;
${httpPorts
  .map(
    (httpPort, i) => `    server {
        listen 127.0.0.1:${String(httpPort)} ssl;
        ssl_protocols ${PROTOCOLS[i] ?? ''};
        return 200 ok;
    }`,
  )
  .join('\n')}
}
`;

const TLS = `ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256;
    ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
    ssl_ecdh_curve X25519:prime256v1;
    ssl_session_tickets on;`;

/** What nginx logs of every connection whose handshake was finished. */
class HandshakeLog {
  readonly #path: string;
  #read = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Counts what is new, once the log has come to rest: a connection is logged when it is closed. */
  async take(): Promise<HandshakeCounts> {
    const file = await open(this.#path);
    try {
      let { size } = await file.stat();
      for (let before = -1; before !== size;) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        before = size;
        ({ size } = await file.stat());
      }
      const { buffer } = await file.read(Buffer.alloc(size - this.#read), 0, size - this.#read, this.#read);
      this.#read = size;
      const text = buffer.toString('latin1');
      return { full: countOf(text, / \.\n/gu), resumed: countOf(text, / r\n/gu) };
    } finally {
      await file.close();
    }
  }
}

const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

const versionOf = (program: string): string => {
  const text = execFileSync('/bin/sh', ['-c', '"$0" -V 2>&1', program], { encoding: 'utf8' });
  const version = /nginx\/([\d.]+)/u.exec(text)?.[1] ?? '';
  const library = /built with (OpenSSL [\w.]+)/u.exec(text)?.[1] ?? '';
  return `nginx ${version} (${library})`;
};
