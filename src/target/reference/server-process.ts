import { constants } from 'node:crypto';
import { createServer as createTcpServer, Socket, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import { SessionMap, type SessionCache } from '../fleet/session-cache.ts';
import { SharedCacheClient } from '../fleet/shared-cache-client.ts';
import { endWithParent } from '../end-with-parent.ts';
import { FIRST_PIPE } from '../own-process.ts';
import type { ServerOptions, ServerRequest, ServerResponse } from './server-messages.ts';

/**
 * The reference server, in its own process so that its CPU time can be measured: node:tls with the
 * requested resumption.
 *
 * Known limit: node:tls issues stateful TLS 1.3 tickets when tickets are off, but never resumes
 * them (it looks up an ID that was never issued). With `cache` alone TLS 1.3 is therefore not
 * resumed.
 */

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n';

let handshakes = 0;
let resumed = 0;

const listen = (options: ServerOptions): void => {
  const tls = createTlsServer({
    cert: options.certificate.certificate,
    key: options.certificate.key,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    secureOptions: options.resumption.includes('tickets') ? 0 : constants.SSL_OP_NO_TICKET,
    // Servers must not accept each other's sessions because of a common default.
    sessionIdContext: 'resumark',
    noDelay: true,
    ...(options.ticketKeys !== undefined && { ticketKeys: Buffer.from(options.ticketKeys, 'hex') }),
  });
  if (options.resumption.includes('cache')) {
    keepSessions(tls, options.sharesCache ? new SharedCacheClient(new Socket({ fd: FIRST_PIPE })) : new SessionMap());
  }
  if (options.workMs > 0) {
    tls.prependListener('connection', () => {
      burn(options.workMs);
    });
  }
  tls.on('secureConnection', serve);
  // A client that resets is how a load generator ends its connections.
  tls.on('tlsClientError', () => undefined);
  const server = options.delayMs > 0 ? heldBack(tls, options.delayMs) : tls;
  server.once('error', (error: NodeJS.ErrnoException) => {
    tell({ type: 'failed', code: error.code ?? error.message });
  });
  server.listen({ port: options.port, host: '127.0.0.1', backlog: 4096 }, () => {
    const { address, port } = server.address() as AddressInfo;
    tell({ type: 'listening', address, port });
  });
};

/**
 * Accepts at once but passes the connection to TLS later: the client's TCP connect stays fast, its
 * handshake waits.
 */
const heldBack = (tls: TlsServer, delayMs: number): Server =>
  createTcpServer({ pauseOnConnect: true, noDelay: true }, (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    later(delayMs, () => {
      if (!socket.destroyed) tls.emit('connection', socket);
    });
  });

/**
 * Runs an action never early. A timer of a busy process can be: it counts from the loop's last look
 * at the clock.
 */
const later = (ms: number, act: () => void): void => {
  const dueMs = performance.now() + ms;
  const wait = (): void => {
    const leftMs = dueMs - performance.now();
    if (leftMs > 0) setTimeout(wait, leftMs);
    else act();
  };
  wait();
};

/** Keeps the CPU busy, like a more expensive handshake. */
const burn = (ms: number): void => {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
};

/**
 * node:tls has no session cache of its own: without these handlers session IDs are never resumed.
 */
const keepSessions = (tls: TlsServer, cache: SessionCache): void => {
  tls.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
    void Promise.resolve(cache.store(id, session)).then(done);
  });
  tls.on('resumeSession', (id: Buffer, done: (error: Error | null, session: Buffer | null) => void) => {
    void Promise.resolve(cache.find(id)).then((session) => {
      done(null, session ?? null);
    });
  });
};

const serve = (socket: TLSSocket): void => {
  handshakes += 1;
  if (socket.isSessionReused()) resumed += 1;
  socket.on('error', () => socket.destroy());
  socket.once('data', () => socket.end(ANSWER));
};

const tell = (response: ServerResponse): void => {
  process.send?.(response);
};

process.on('message', (request: ServerRequest) => {
  switch (request.type) {
    case 'listen':
      listen(request.options);
      return;
    case 'count':
      tell({ type: 'counts', counts: { handshakes, resumed } });
      return;
  }
});

endWithParent();
