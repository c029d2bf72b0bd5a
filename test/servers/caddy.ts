import { caddy } from '../../src/target/servers/caddy.ts';
import type { Peer } from './peer.ts';
import { startServerProgram } from './server-program.ts';
import { wordOf } from './word.ts';

/** Starts Caddy, whose TLS is the one of Go. Its log is of requests: a handshake without one is not in it. */
export const startCaddy = async (program: string): Promise<Peer> => {
  const server = await startServerProgram(caddy.settings(program, ['tickets']));
  return { ...server, word: wordOf(caddy, server) };
};
