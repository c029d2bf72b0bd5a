import { once } from 'node:events';
import { connect as connectTcp, createServer, type AddressInfo } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import type { ReferenceServer } from '../../../src/target/reference/reference-server.ts';

/** The ClientHello of node:tls, record and all. */
export const clientHello = async (options: ConnectionOptions = {}): Promise<Buffer> => {
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', servername: 'localhost', ...options });
  client.on('error', () => undefined);
  const [socket] = (await once(listener, 'connection')) as [ReturnType<typeof connectTcp>];
  let hello = Buffer.alloc(0);
  while (hello.length < 5 || hello.length < 5 + hello.readUInt16BE(3)) {
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    hello = Buffer.concat([hello, bytes]);
  }
  client.destroy();
  socket.destroy();
  listener.close();
  return hello;
};

/** What a server sent to a client that sees bytes only. */
export interface RawExchange {
  readonly bytes: Buffer;
  /** When it came, in ms from the connect, and how much there was by then. */
  readonly arrivals: readonly { readonly ms: number; readonly total: number }[];
}

/** Sends bytes and then the end, and reads all that the server sends until it has ended too. */
export const rawExchange = async ({ port, address }: ReferenceServer, sent: Buffer): Promise<RawExchange> => {
  const startMs = performance.now();
  const socket = connectTcp(port, address);
  socket.end(sent);
  const pieces: Buffer[] = [];
  const arrivals: { ms: number; total: number }[] = [];
  for await (const piece of socket as AsyncIterable<Buffer>) {
    pieces.push(piece);
    arrivals.push({ ms: performance.now() - startMs, total: (arrivals.at(-1)?.total ?? 0) + piece.length });
  }
  return { bytes: Buffer.concat(pieces), arrivals };
};

/** The types of the records in a stream, and how many bytes of the last one are missing. */
export const recordsOf = (bytes: Buffer): { readonly types: number[]; readonly missing: number } => {
  const types: number[] = [];
  let at = 0;
  while (at + 5 <= bytes.length) {
    types.push(bytes.readUInt8(at));
    at += 5 + bytes.readUInt16BE(at + 3);
  }
  return { types, missing: at - bytes.length };
};
