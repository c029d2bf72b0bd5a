import { constants } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type ConnectionOptions, type TlsOptions } from 'node:tls';
import { makeCertificate } from '../../src/target/certificate.ts';

/** The bytes of one handshake, as they crossed the wire, with what node says of it. */
export interface RecordedHandshake {
  /** In the order in which they came; each with who sent it. */
  readonly pieces: readonly { readonly from: 'client' | 'server'; readonly bytes: Buffer }[];
  readonly isReused: boolean;
  readonly session: Buffer | undefined;
}

export interface RecordingServer {
  handshake(options: ConnectionOptions): Promise<RecordedHandshake>;
  close(): void;
}

/** A node:tls server behind a relay that keeps every byte. */
export const startRecordingServer = async (options: TlsOptions = {}): Promise<RecordingServer> => {
  const { certificate, key } = await makeCertificate('ecdsa-p256');
  const sessions = new Map<string, Buffer>();
  const tls = createTlsServer({ cert: certificate, key, sessionIdContext: 'test', ...options });
  tls.on('secureConnection', (socket) => socket.on('error', () => undefined));
  tls.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
    sessions.set(id.toString('hex'), session);
    done();
  });
  tls.on('resumeSession', (id: Buffer, done: (error: null, session: Buffer | null) => void) => {
    done(null, sessions.get(id.toString('hex')) ?? null);
  });
  const inner = await listen(tls);
  let pieces: { from: 'client' | 'server'; bytes: Buffer }[] = [];
  const relay = createServer((socket) => {
    const onward = connect(inner, '127.0.0.1');
    pass(socket, onward, (bytes) => pieces.push({ from: 'client', bytes }));
    pass(onward, socket, (bytes) => pieces.push({ from: 'server', bytes }));
  });
  const port = await listen(relay);
  return {
    handshake: async (client) => {
      pieces = [];
      const recorded = pieces;
      const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: certificate, ...client });
      let session: Buffer | undefined;
      socket.on('session', (der: Buffer) => (session = der));
      await once(socket, 'secureConnect');
      // The server's bytes behind its Finished, tickets among them, come a moment later.
      await new Promise((resolve) => setTimeout(resolve, 30));
      const isReused = socket.isSessionReused();
      socket.destroy();
      return { pieces: recorded, isReused, session };
    },
    close: () => {
      tls.close();
      relay.close();
    },
  };
};

/** A client that shows no tickets in TLS 1.2. */
export const NO_TICKET = constants.SSL_OP_NO_TICKET;

const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const pass = (from: Socket, to: Socket, keep: (bytes: Buffer) => void): void => {
  from.on('data', (bytes) => {
    keep(bytes);
    to.write(bytes);
  });
  from.on('error', () => undefined);
  from.on('close', () => to.destroy());
};
