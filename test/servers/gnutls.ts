import { gnutls } from '../../src/target/servers/gnutls.ts';
import type { Peer } from './peer.ts';
import { startServerProgram } from './server-program.ts';
import { wordOf } from './word.ts';

/** Starts the server of GnuTLS, as it comes: it asks for a client certificate. It tells every connection, and those that it resumed once more. */
export const startGnutls = async (program: string, more: readonly string[] = []): Promise<Peer> => {
  const files = ['--x509certfile', 'certificate.pem', '--x509keyfile', 'key.pem'];
  const server = await startServerProgram({ command: [program, '--http', '--port', '{{port}}', ...files, ...more] });
  return { ...server, word: wordOf(gnutls, server) };
};
