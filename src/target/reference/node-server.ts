import { constants, randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createTcpServer, Socket, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { ResumarkError } from '../../domain/error.ts';
import { DEFAULT_KNOBS } from '../../scenario/server-knobs.ts';
import { SessionMap, type SessionCache } from '../fleet/session-cache.ts';
import { SharedCacheClient } from '../fleet/shared-cache-client.ts';
import { FIRST_PIPE } from '../own-process.ts';
import { burn } from './burn.ts';
import type { RunningServer } from './running-server.ts';
import { ANSWER, SESSION_CONTEXT, type Host, type ServerOptions } from './server-messages.ts';
import { TICKET_KEY_BYTES, ticketKeyOf } from './ticket-key.ts';

let handshakes = 0;
let resumed = 0;

/**
 * Starts the reference server on node:tls, which serves wherever Node runs and can do less than libssl.
 *
 * @throws ResumarkError ENGINE naming the setting that it cannot do.
 */
export const startNodeServer = async (options: ServerOptions): Promise<RunningServer> => {
  refuseBeyondNode(options);
  const { knobs } = options;
  const [first, ...others] = options.hosts;
  const settings: TlsOptions = {
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    secureOptions: options.resumption.includes('tickets') ? 0 : constants.SSL_OP_NO_TICKET,
    sessionIdContext: SESSION_CONTEXT,
    noDelay: true,
    requestCert: knobs.clientCertificate !== 'none',
    rejectUnauthorized: false,
    ...(knobs.groups !== undefined && { ecdhCurve: knobs.groups }),
    ...(knobs.ciphers !== undefined && { ciphers: knobs.ciphers }),
    ...(knobs.ticketLifetime !== undefined && { sessionTimeout: Math.round(knobs.ticketLifetime / 1000) }),
  };
  const keys = ticketKeysOf(options);
  const tls = createTlsServer({ ...settings, ...pairOf(first), ticketKeys: keys.next() });
  for (const host of others) tls.addContext(host.name, pairOf(host));
  // A listener for it costs every handshake.
  const staple = knobs.ocsp === 'none' ? undefined : stapler(tls);
  staple?.(options.hosts);
  if (options.resumption.includes('cache')) keepSessions(tls, options.sharesCache ? sharedCache() : new SessionMap());
  if (options.workMs > 0) {
    tls.prependListener('connection', () => {
      burn(options.workMs * 1e6);
    });
  }
  tls.on('secureConnection', serve);
  // A client that resets is how a load generator ends its connections.
  tls.on('tlsClientError', () => undefined);
  const server = options.delayMs > 0 ? heldBack(tls, options.delayMs) : tls;
  server.listen({ port: options.port, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  const library = 'node:tls';
  return {
    library,
    address,
    port,
    counts: () => ({ handshakes, resumed }),
    rotate: () => {
      tls.setTicketKeys(keys.next());
    },
    renew: (hosts) => {
      const [renewed, ...renewedOthers] = hosts;
      staple?.(hosts);
      tls.setSecureContext({ ...settings, ...pairOf(renewed), ticketKeys: tls.getTicketKeys() });
      for (const host of renewedOthers) tls.addContext(host.name, pairOf(host));
    },
  };
};

const pairOf = ({ certificate, key }: Host): { readonly cert: string; readonly key: string } => ({ cert: certificate, key });

/** Settings that node:tls cannot do, and why. */
const BEYOND_NODE: readonly {
  readonly name: string;
  readonly isAsked: (options: ServerOptions) => boolean;
  readonly reason: string;
}[] = [
  {
    name: 'resumption: cache',
    isAsked: ({ resumption, sharesCache }) => !sharesCache && resumption.length === 1 && resumption[0] === 'cache',
    reason: 'gives TLS 1.3 tickets for its cache, and then looks up an ID that it never gave',
  },
  { name: 'tickets', isAsked: ({ knobs }) => knobs.tickets !== undefined, reason: 'always gives two' },
  { name: 'singleUse', isAsked: ({ knobs }) => knobs.singleUse, reason: 'does not show the tickets that it takes' },
  { name: 'earlyData', isAsked: ({ knobs }) => knobs.earlyData, reason: 'does not know early data' },
  {
    name: 'clientCertificate: require',
    isAsked: ({ knobs }) => knobs.clientCertificate === 'require',
    reason: 'can only require one of an authority that it knows',
  },
  {
    name: 'ticketRotation',
    isAsked: ({ knobs }) => knobs.ticketRotation !== undefined,
    reason: 'keeps no previous key',
  },
  {
    name: 'faults',
    isAsked: ({ knobs: { faults } }) => JSON.stringify(faults) !== JSON.stringify(DEFAULT_KNOBS.faults),
    reason: 'does not let its handshakes be interfered with',
  },
];

const refuseBeyondNode = (options: ServerOptions): void => {
  const beyond = BEYOND_NODE.find(({ isAsked }) => isAsked(options));
  if (beyond === undefined) return;
  throw new ResumarkError(
    'ENGINE',
    `${beyond.name} needs a server on libssl, ${options.sharesCache ? 'and servers that share a cache are on node:tls, which' : 'which is not to be had here: node:tls'} ${beyond.reason}.`,
  );
};

/** The keys of a server, one after the other. */
const ticketKeysOf = ({ ticketKeys, rotations }: ServerOptions): { readonly next: () => Buffer } => {
  const first = ticketKeys === undefined ? randomBytes(TICKET_KEY_BYTES) : Buffer.from(ticketKeys, 'hex');
  let epoch = rotations;
  return { next: () => nodeTicketKeys(ticketKeyOf(first, epoch++)) };
};

/** The parts of a ticket key that node:tls takes: name, MAC key and cipher key of 16 bytes each. */
const nodeTicketKeys = (keys: Buffer): Buffer => Buffer.concat([keys.subarray(0, 32), keys.subarray(48, 64)]);

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

/** @returns what staples the responses of hosts to their certificates. */
const stapler = (tls: TlsServer): ((hosts: readonly Host[]) => void) => {
  const responses = new Map<string, Buffer>();
  tls.on('OCSPRequest', (certificate: Buffer, _issuer: Buffer, give: (error: Error | null, response: Buffer | null) => void) => {
    give(null, responses.get(new X509Certificate(certificate).fingerprint256) ?? null);
  });
  return (hosts) => {
    for (const { certificate, ocspResponse } of hosts) {
      if (ocspResponse === undefined) continue;
      responses.set(new X509Certificate(certificate).fingerprint256, Buffer.from(ocspResponse, 'base64'));
    }
  };
};

const sharedCache = (): SessionCache => new SharedCacheClient(new Socket({ fd: FIRST_PIPE }));

const serve = (socket: TLSSocket): void => {
  handshakes += 1;
  if (socket.isSessionReused()) resumed += 1;
  socket.on('error', () => socket.destroy());
  socket.once('data', () => socket.end(ANSWER));
};
