import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { meterOfPid } from '../src/cpu/meter.ts';
import type { Protocol } from '../src/domain/protocol.ts';
import { certificateFiles } from '../src/target/certificate-pair.ts';
import { makeCertificate } from '../src/target/certificate.ts';
import { freePort } from '../src/target/ports.ts';
import { startProgram } from '../src/target/program/program.ts';
import { HandshakeLog } from '../src/target/servers/handshake-log.ts';
import { nginxCommand, streamModuleLine } from '../src/target/servers/nginx.ts';
import type { BenchServer, HandshakeCounts } from './server.ts';

export interface NginxServer extends BenchServer {
  readonly pid: number;
}

/**
 * Starts an nginx for all clients: a port of its stream module for those that only shake hands, and one of HTTPS per version for those
 * that cannot leave out a request. Suite and group are pinned, so that all clients do the same arithmetic.
 */
export const startNginx = async (path: string, workers: number): Promise<NginxServer> => {
  const httpPorts: Readonly<Record<Protocol, number>> = { 'TLSv1.2': await freePort(), 'TLSv1.3': await freePort() };
  const program = await startProgram({
    command: nginxCommand(path),
    files: { ...certificateFiles(await makeCertificate('ecdsa-p256')), 'nginx.conf': CONFIGURATION },
    values: {
      workers: String(workers),
      tls12Port: String(httpPorts['TLSv1.2']),
      tls13Port: String(httpPorts['TLSv1.3']),
    },
  });
  const span = meterOfPid(program.pid).start();
  const log = new NewHandshakes(join(program.folder, 'handshakes.log'));
  return {
    name: versionOf(path),
    port: program.port,
    pid: program.pid,
    httpPort: (protocol) => httpPorts[protocol],
    certificatePath: join(program.folder, 'certificate.pem'),
    takeCounts: () => log.take(),
    cpuNs: () => span.used().cpuNs ?? Number.NaN,
    close: () => program.close(),
  };
};

const TLS = `ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256;
    ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
    ssl_ecdh_curve X25519:prime256v1;
    ssl_session_tickets on;`;

const LOG = `log_format handshake '$ssl_protocol $ssl_session_reused';
    access_log {{folder}}/handshakes.log handshake buffer=64k flush=100ms;`;

const CONFIGURATION = `
${streamModuleLine()}
daemon off;
worker_processes {{workers}};
worker_rlimit_nofile 20000;
pid {{folder}}/nginx.pid;
error_log {{folder}}/error.log error;
events { worker_connections 18000; }
stream {
    ${LOG}
    ${TLS}
    ssl_session_cache shared:sessions:10m;
    server {
        listen {{address}}:{{port}} ssl backlog=16384;
        return ok;
    }
}
http {
    ${LOG}
    keepalive_timeout 0;
    ${TLS}
    ssl_session_cache off;
    server {
        listen {{address}}:{{tls12Port}} ssl;
        ssl_protocols TLSv1.2;
        return 200 ok;
    }
    server {
        listen {{address}}:{{tls13Port}} ssl;
        ssl_protocols TLSv1.3;
        return 200 ok;
    }
}
`;

/** The handshakes that nginx has logged since this was asked last. */
class NewHandshakes {
  readonly #log: HandshakeLog;
  #taken = { handshakes: 0, resumed: 0 };

  constructor(path: string) {
    this.#log = new HandshakeLog(path, { handshake: / [r.]$/u, resumed: / r$/u });
  }

  /** Counts what is new, once the log has come to rest: a connection is logged when it is closed. */
  async take(): Promise<HandshakeCounts> {
    const before = this.#taken;
    for (let seen = -1; seen !== this.#taken.handshakes;) {
      seen = this.#taken.handshakes;
      await new Promise((resolve) => setTimeout(resolve, 300));
      this.#taken = await this.#log.read();
    }
    const resumed = this.#taken.resumed - before.resumed;
    return { full: this.#taken.handshakes - before.handshakes - resumed, resumed };
  }
}

const versionOf = (program: string): string => {
  const text = execFileSync('/bin/sh', ['-c', '"$0" -V 2>&1', program], { encoding: 'utf8' });
  const version = /nginx\/([\d.]+)/u.exec(text)?.[1] ?? '';
  const library = /built with (OpenSSL [\w.]+)/u.exec(text)?.[1] ?? '';
  return `nginx ${version} (${library})`;
};
