import type { Peer } from './peer.ts';
import { startServerProgram } from './server-program.ts';

/** Starts the server of Botan 2: TLS 1.2 alone, one connection at a time. It tells the session ID of every handshake. */
export const startBotan = async (program: string): Promise<Peer> => {
  const server = await startServerProgram({ command: [program, 'tls_server', 'certificate.pem', 'key.pem', '--port={{port}}'] });
  return {
    ...server,
    word: async () => {
      const ids = [...(await server.output()).matchAll(/^Session ID (\w+)$/gmu)].map(([, id]) => id);
      const { size } = new Set(ids);
      return { full: size, resumed: ids.length - size };
    },
  };
};
