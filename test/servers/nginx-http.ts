import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../../src/target/certificate.ts';

export interface NginxHttp {
  readonly port: number;
  readonly certificatePath: string;
  close(): Promise<void>;
}

export interface NginxHttpOptions {
  readonly address: string;
  readonly port: number;
  /** Put in front of the command, to run it in another place. */
  readonly wrapper?: readonly string[];
  /** Resolves when the server accepts connections. */
  readonly untilListening: (port: number) => Promise<void>;
}

/** Starts a real nginx that answers HTTP requests, early data included; it resumes by ID and by ticket. */
export const startNginxHttp = async (program: string, options: NginxHttpOptions): Promise<NginxHttp> => {
  const folder = await mkdtemp(join(tmpdir(), 'resumark-nginx-http-'));
  const { certificate, key } = await makeCertificate('ecdsa-p256');
  await writeFile(join(folder, 'certificate.pem'), certificate);
  await writeFile(join(folder, 'key.pem'), key);
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, options));
  const [command, ...rest] = [...(options.wrapper ?? []), program, '-p', folder, '-c', 'nginx.conf'];
  const child = spawn(command, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  await Promise.race([
    options.untilListening(options.port),
    exited.then(() => Promise.reject(new Error('nginx ended at its start'))),
  ]);
  return {
    port: options.port,
    certificatePath: join(folder, 'certificate.pem'),
    close: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
};

const configuration = (folder: string, { address, port }: NginxHttpOptions): string => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log error;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path ${folder}/body;
    proxy_temp_path ${folder}/proxy;
    fastcgi_temp_path ${folder}/fastcgi;
    uwsgi_temp_path ${folder}/uwsgi;
    scgi_temp_path ${folder}/scgi;
    server {
        listen ${address}:${String(port)} ssl;
        ssl_certificate certificate.pem;
        ssl_certificate_key key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:sessions:10m;
        ssl_session_tickets on;
        ssl_early_data on;
        location / { return 200 "ok\\n"; }
    }
}
`;
