import type { Peer } from './peer.ts';
import { startServerProgram } from './server-program.ts';

/** The server of Botan 2: TLS 1.2 alone, one connection at a time. It tells the session ID of every handshake. */
export const startBotan = async (program: string): Promise<Peer> => {
  const server = await startServerProgram({
    program,
    args: ({ port }) => ['tls_server', 'certificate.pem', 'key.pem', `--port=${String(port)}`],
  });
  return {
    ...server,
    word: async () => {
      const ids = [...(await server.output()).matchAll(/^Session ID (\w+)$/gmu)].map(([, id]) => id);
      const { size } = new Set(ids);
      return { full: size, resumed: ids.length - size };
    },
  };
};
