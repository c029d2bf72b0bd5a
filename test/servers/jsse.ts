import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.ts';
import { countLines, type Peer } from './peer.ts';
import { startServerProgram } from './server-program.ts';

const SOURCE = fileURLToPath(new URL('./jsse-server.java', import.meta.url));

const PASSWORD = 'changeit';

/** The TLS of the JDK, in a small server of our own. It tells every handshake. */
export const startJsse = async (program: string): Promise<Peer> => {
  const server = await startServerProgram({
    program,
    prepare: async ({ folder }) => {
      await runProgram('openssl', [
        ...['pkcs12', '-export', '-in', `${folder}/certificate.pem`, '-inkey', `${folder}/key.pem`],
        ...['-name', 'server', '-out', `${folder}/store.p12`, '-passout', `pass:${PASSWORD}`],
      ]);
    },
    // A JVM that compiles less starts sooner.
    args: ({ folder, port }) => ['-XX:TieredStopAtLevel=1', SOURCE, `${folder}/store.p12`, PASSWORD, String(port)],
  });
  return {
    ...server,
    word: async () => {
      const text = await server.output();
      return { full: countLines(text, /^TLSv1\.[23] full$/gmu), resumed: countLines(text, /^TLSv1\.[23] resumed$/gmu) };
    },
  };
};
