import { fileURLToPath } from 'node:url';
import { countLines, type Peer } from './peer.ts';
import { startServerProgram } from './server-program.ts';

const SOURCE = fileURLToPath(new URL('./jsse-server.java', import.meta.url));

const PASSWORD = 'changeit';

/** Starts the TLS of the JDK, in a small server of our own. It tells every handshake. Its ticket key changes when it is so old. */
export const startJsse = async (program: string, { keyTimeoutS = 3600 } = {}): Promise<Peer> => {
  const server = await startServerProgram({
    prepare: [
      [
        ...(['openssl', 'pkcs12', '-export', '-in', 'certificate.pem', '-inkey', 'key.pem'] as const),
        ...['-name', 'server', '-out', 'store.p12', '-passout', `pass:${PASSWORD}`],
      ],
    ],
    // A JVM that compiles less starts sooner.
    command: [
      program,
      '-XX:TieredStopAtLevel=1',
      `-Djdk.tls.server.statelessKeyTimeout=${String(keyTimeoutS)}`,
      SOURCE,
      'store.p12',
      PASSWORD,
      '{{port}}',
    ],
  });
  return {
    ...server,
    word: async () => {
      const text = await server.output();
      return { full: countLines(text, /^TLSv1\.[23] full$/gmu), resumed: countLines(text, /^TLSv1\.[23] resumed$/gmu) };
    },
  };
};
