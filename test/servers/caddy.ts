import { countLines, type Peer } from './peer.ts';
import { startServerProgram } from './server-program.ts';

/** Caddy, whose TLS is the one of Go. Its log is of requests: a handshake without one is not in it. */
export const startCaddy = async (program: string): Promise<Peer> => {
  const server = await startServerProgram({
    program,
    files: ({ folder, port }) => ({ Caddyfile: configuration(folder, port) }),
    args: () => ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    environment: ({ folder }) => ({ HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }),
  });
  return {
    ...server,
    word: async () => {
      const text = await server.output();
      return { full: countLines(text, /"resumed":false/gu), resumed: countLines(text, /"resumed":true/gu) };
    },
  };
};

const configuration = (folder: string, port: number): string => `
{
    admin off
    auto_https off
    storage file_system ${folder}/storage
}
https://localhost:${String(port)} {
    bind 127.0.0.1
    tls certificate.pem key.pem
    respond "ok"
    log
}
`;
