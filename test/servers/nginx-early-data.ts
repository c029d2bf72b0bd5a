import { readFile } from 'node:fs/promises';
import { countLines, type Peer } from './peer.ts';
import { startServerProgram, type Place } from './server-program.ts';

/**
 * nginx with an http server that takes 0-RTT data. Its log is of requests: a handshake without one is not in it. Nor is
 * early data: `$ssl_early_data` is empty when our Finished came before the request was read, which happens.
 *
 * It is one process, without a master: servers are ended by SIGKILL, and a worker would outlive that.
 */
export const startNginxEarlyData = async (program: string): Promise<Peer> => {
  const server = await startServerProgram({
    program,
    files: (place) => ({ 'nginx.conf': configuration(place) }),
    args: ({ folder }) => ['-p', folder, '-c', 'nginx.conf'],
  });
  return {
    ...server,
    word: async () => {
      const text = await readFile(`${server.folder}/access.log`, 'utf8');
      return { full: countLines(text, /^TLSv1\.[23] \.$/gmu), resumed: countLines(text, /^TLSv1\.[23] r$/gmu) };
    },
  };
};

const configuration = ({ folder, port }: Place): string => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log error;
events { worker_connections 1024; }
http {
    log_format early '$ssl_protocol $ssl_session_reused';
    access_log ${folder}/access.log early;
    server {
        listen 127.0.0.1:${String(port)} ssl;
        ssl_certificate certificate.pem;
        ssl_certificate_key key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:sessions:1m;
        ssl_early_data on;
        location / { return 200; }
    }
}
`;
