import { once } from 'node:events';
import { connect } from 'node:tls';
import type { Peer } from './peer.ts';
import { startServerProgram, type ServerProgram, type ServerWord } from './server-program.ts';

/** Starts the server of NSS, the TLS of Firefox. It tells its counts when it is asked to stop, which takes it 5 s. */
export const startSelfserv = async (program: string, more: readonly string[] = []): Promise<Peer> => {
  const server = await startServerProgram({
    prepare: [
      ['certutil', '-N', '-d', 'sql:.', '--empty-password'],
      [
        ...(['openssl', 'pkcs12', '-export', '-in', 'certificate.pem', '-inkey', 'key.pem'] as const),
        ...['-name', 'server', '-out', 'server.p12', '-passout', 'pass:'],
      ],
      ['pk12util', '-i', 'server.p12', '-d', 'sql:.', '-W', ''],
    ],
    // Verbose, with tickets, 0-RTT and extended master secret.
    command: [
      ...([program, '-d', 'sql:.', '-n', 'server', '-p', '{{port}}'] as const),
      ...['-v', '-u', '-Z', '-G', '-V', 'tls1.2:tls1.3'],
      ...more,
    ],
  });
  let word: Promise<ServerWord> | undefined;
  return { ...server, word: () => (word ??= lastWord(server)) };
};

/** The request to stop comes over one more full handshake, which is not counted here. */
const lastWord = async (server: ServerProgram): Promise<ServerWord> => {
  const socket = connect({ port: server.port, host: '127.0.0.1', servername: 'localhost', ca: server.certificate });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  socket.on('data', () => socket.destroy());
  socket.write('GET /stop HTTP/1.0\r\n\r\n');
  await server.exited;
  const [, hits, misses] = /(\d+) cache hits; (\d+) cache misses/u.exec(await server.output()) ?? [];
  return { full: Number(misses) - 1, resumed: Number(hits) };
};
