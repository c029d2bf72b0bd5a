import { once } from 'node:events';
import { connect } from 'node:tls';
import { runProgram } from './run-program.ts';
import type { Peer } from './peer.ts';
import { startServerProgram, type ServerProgram, type ServerWord } from './server-program.ts';

/** The server of NSS, the TLS of Firefox. It tells its counts when it is asked to stop, which takes it 5 s. */
export const startSelfserv = async (program: string, more: readonly string[] = []): Promise<Peer> => {
  const server = await startServerProgram({
    program,
    prepare: async ({ folder }) => {
      await runProgram('certutil', ['-N', '-d', `sql:${folder}`, '--empty-password']);
      await runProgram('openssl', [
        ...['pkcs12', '-export', '-in', `${folder}/certificate.pem`, '-inkey', `${folder}/key.pem`],
        ...['-name', 'server', '-out', `${folder}/server.p12`, '-passout', 'pass:'],
      ]);
      await runProgram('pk12util', ['-i', `${folder}/server.p12`, '-d', `sql:${folder}`, '-W', '']);
    },
    // Verbose, with tickets, 0-RTT and extended master secret.
    args: ({ folder, port }) => [
      ...['-d', `sql:${folder}`, '-n', 'server', '-p', String(port)],
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
