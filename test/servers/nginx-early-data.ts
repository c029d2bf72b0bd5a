import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countLines, type Peer } from './peer.ts';
import { startServerProgram } from './server-program.ts';

/**
 * Starts nginx with an http server that takes 0-RTT data. Its log is of requests: a handshake without one is not in it. Nor is
 * early data: `$ssl_early_data` is empty when our Finished came before the request was read, which happens.
 */
export const startNginxEarlyData = async (program: string): Promise<Peer> => {
  const server = await startServerProgram({
    command: [program, '-p', '{{folder}}', '-c', 'nginx.conf'],
    files: { 'nginx.conf': CONFIGURATION },
  });
  return {
    ...server,
    word: async () => {
      const text = await readFile(join(server.folder, 'access.log'), 'utf8');
      return { full: countLines(text, /^TLSv1\.[23] \.$/gmu), resumed: countLines(text, /^TLSv1\.[23] r$/gmu) };
    },
  };
};

const CONFIGURATION = `
daemon off;
worker_processes 1;
pid {{folder}}/nginx.pid;
error_log {{folder}}/error.log error;
events { worker_connections 1024; }
http {
    log_format early '$ssl_protocol $ssl_session_reused';
    access_log {{folder}}/access.log early;
    server {
        listen {{address}}:{{port}} ssl;
        ssl_certificate certificate.pem;
        ssl_certificate_key key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:sessions:1m;
        ssl_early_data on;
        location / { return 200; }
    }
}
`;
