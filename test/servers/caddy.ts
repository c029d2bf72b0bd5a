import { countLines, type Peer } from './peer.ts';
import { startServerProgram } from './server-program.ts';

/** Starts Caddy, whose TLS is the one of Go. Its log is of requests: a handshake without one is not in it. */
export const startCaddy = async (program: string): Promise<Peer> => {
  const server = await startServerProgram({
    command: [program, 'run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    files: { Caddyfile: CONFIGURATION },
    environment: { HOME: '{{folder}}', XDG_DATA_HOME: '{{folder}}', XDG_CONFIG_HOME: '{{folder}}' },
  });
  return {
    ...server,
    word: async () => {
      const text = await server.output();
      return { full: countLines(text, /"resumed":false/gu), resumed: countLines(text, /"resumed":true/gu) };
    },
  };
};

const CONFIGURATION = `
{
    admin off
    auto_https off
    storage file_system {{folder}}/storage
}
https://localhost:{{port}} {
    bind {{address}}
    tls certificate.pem key.pem
    respond "ok"
    log
}
`;
