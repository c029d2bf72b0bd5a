import { once } from 'node:events';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { ReferenceServer } from '../../../src/target/reference/reference-server.ts';

export interface Exchange {
  readonly answer: string;
  readonly keyBits: number | undefined;
  /** Of the server's certificate; `undefined` where a resumed handshake shows none. */
  readonly serialNumber: string | undefined;
  readonly ms: number;
  readonly reused: boolean;
  /** Sessions that the server gave. */
  readonly sessions: readonly Buffer[];
  /** When the first of them came; NaN without any. */
  readonly sessionMs: number;
  /** The one to offer next: in TLS 1.2 a session that is renewed is not announced. */
  readonly session: Buffer | undefined;
}

/** One connection of node:tls: a client that is none of ours. */
export const request = async (
  server: Pick<ReferenceServer, 'address' | 'port' | 'certificate'>,
  options: ConnectionOptions = {},
): Promise<Exchange> => {
  const startMs = performance.now();
  const { port, address: host, certificate: ca } = server;
  const socket: TLSSocket = connect({ port, host, servername: 'localhost', ca, ...options });
  const sessions: Buffer[] = [];
  let sessionMs = Number.NaN;
  socket.on('session', (session: Buffer) => {
    if (sessions.length === 0) sessionMs = performance.now() - startMs;
    sessions.push(session);
  });
  await once(socket, 'secureConnect');
  const ms = performance.now() - startMs;
  const certificate = socket.getPeerX509Certificate();
  const reused = socket.isSessionReused();
  const inHandshake = socket.getSession();
  socket.write('GET / HTTP/1.1\r\n\r\n');
  let answer = '';
  for await (const piece of socket) answer += String(piece);
  const keyBits = certificate?.publicKey.asymmetricKeyDetails?.modulusLength;
  const session = sessions.at(-1) ?? inHandshake;
  return { answer, keyBits, serialNumber: certificate?.serialNumber, ms, reused, sessions, sessionMs, session };
};
