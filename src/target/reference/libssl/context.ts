import { randomBytes } from 'node:crypto';
import { DEFAULT_CIPHERS } from 'node:tls';
import { allocate, cString } from '../../../engine/ffi.ts';
import { requireTaken, useCiphers, useGroups, useIdentity } from '../../../engine/openssl/configure.ts';
import {
  SSL_CTRL_SET_MAX_PROTO_VERSION,
  SSL_CTRL_SET_MIN_PROTO_VERSION,
  SSL_CTRL_SET_SESS_CACHE_MODE,
  SSL_OP_NO_TICKET,
  SSL_VERIFY_PEER,
} from '../../../engine/openssl/library.ts';
import type { ServerKnobs } from '../../../scenario/server-knobs.ts';
import { CACHE_SIZE, SESSION_CONTEXT, type Host, type ServerOptions } from '../server-messages.ts';
import { TICKET_KEY_BYTES, ticketKeyOf } from '../ticket-key.ts';
import {
  SSL_CTRL_MODE,
  SSL_CTRL_SET_READ_AHEAD,
  SSL_CTRL_SET_SESS_CACHE_SIZE,
  SSL_CTRL_SET_TLSEXT_TICKET_KEYS,
  SSL_MODE_NO_AUTO_CHAIN,
  SSL_OP_CIPHER_SERVER_PREFERENCE,
  SSL_SESS_CACHE_NO_AUTO_CLEAR,
  SSL_SESS_CACHE_OFF,
  SSL_SESS_CACHE_SERVER,
  SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
  type ServerSsl,
} from './library.ts';
import type { FaultSource } from './faults.ts';
import { Staples } from './stapling.ts';
import { useOwnKeys, useTicketsNever, useTicketsOnce } from './ticket-callbacks.ts';
import { TicketKeys } from './ticket-keys.ts';
import { chooseByName } from './virtual-hosts.ts';

const TLS_1_2 = 0x0303;
const TLS_1_3 = 0x0304;

/** As much as OpenSSL itself allows unless a server sets another limit: a record. */
const MOST_EARLY_BYTES = 16_384;

/** An SSL_CTX of a server, and what can be done with it while it serves. */
export interface ServerContext {
  readonly pointer: number;
  readonly rotate: () => void;
  readonly renew: (hosts: ServerOptions['hosts']) => void;
}

/**
 * Makes the SSL_CTX of a server, with those of its virtual hosts.
 *
 * @throws ResumarkError ENGINE naming the setting that OpenSSL does not take.
 */
export const serverContext = (openssl: ServerSsl, options: ServerOptions, faults: FaultSource): ServerContext => {
  const [first, ...others] = options.hosts;
  const staples = new Staples(openssl);
  const newContext = (host: Host): number => {
    const context = contextOf(openssl, options);
    useHost(openssl, context, { host, staples });
    return context;
  };
  const pointer = newContext(first);
  const contexts = new Map(others.map((host) => [host.name, newContext(host)]));
  chooseByName(openssl, pointer, contexts);
  return {
    pointer,
    // Sessions are resumed before another context is chosen: the keys of this one are those of all.
    rotate: useTicketKeys(openssl, pointer, { options, faults }),
    renew: (hosts) => {
      for (const host of hosts) useHost(openssl, contexts.get(host.name) ?? pointer, { host, staples });
    },
  };
};

const useHost = (
  openssl: ServerSsl,
  context: number,
  { host, staples }: { readonly host: Host; readonly staples: Staples },
): void => {
  useIdentity(openssl, context, { cert: host.certificate, key: host.key }, 'server');
  if (host.ocspResponse !== undefined) staples.put(context, Buffer.from(host.ocspResponse, 'base64'));
};

const contextOf = (openssl: ServerSsl, { resumption, knobs }: ServerOptions): number => {
  const { ssl, server } = openssl;
  const context = ssl.SSL_CTX_new(server.TLS_server_method());
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS_1_2, 0);
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, TLS_1_3, 0);
  // One read brings all that has come; else each record takes one for its head and one for the rest.
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, 0);
  // The chain is what it was given; else libssl searches for issuers in each full handshake.
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_MODE, SSL_MODE_NO_AUTO_CHAIN, 0);
  ssl.SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  useCiphers(openssl, context, knobs.ciphers ?? DEFAULT_CIPHERS);
  if (knobs.groups !== undefined) useGroups(openssl, context, knobs.groups);
  askForCertificate(openssl, context, knobs);
  useResumption(openssl, context, { resumption, knobs });
  return context;
};

const askForCertificate = ({ ssl, yes }: ServerSsl, context: number, { clientCertificate }: ServerKnobs): void => {
  if (clientCertificate === 'none') return;
  const must = clientCertificate === 'require' ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  ssl.SSL_CTX_set_verify(context, SSL_VERIFY_PEER | must, 0);
  ssl.SSL_CTX_set_cert_verify_callback(context, yes, 0);
};

const useResumption = (
  openssl: ServerSsl,
  context: number,
  { resumption, knobs }: Pick<ServerOptions, 'resumption' | 'knobs'>,
): void => {
  const { ssl, server } = openssl;
  const [hasCache, hasTickets] = [resumption.includes('cache'), resumption.includes('tickets')];
  const name = cString(SESSION_CONTEXT);
  server.SSL_CTX_set_session_id_context(context, name.address, SESSION_CONTEXT.length);
  // Expired sessions are left to be pushed out: libssl would look through all of them after every 255 handshakes.
  const mode = hasCache ? SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_AUTO_CLEAR : SSL_SESS_CACHE_OFF;
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, mode, 0);
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_SIZE, CACHE_SIZE, 0);
  if (knobs.ticketLifetime !== undefined) server.SSL_CTX_set_timeout(context, Math.round(knobs.ticketLifetime / 1000));
  // In TLS 1.3 libssl then gives tickets that stand for a session in the cache.
  if (!hasTickets) ssl.SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  if (knobs.tickets !== undefined) server.SSL_CTX_set_num_tickets(context, knobs.tickets);
  // Else it would give tickets that it never honours, or too early.
  if ((!hasTickets && !hasCache) || knobs.faults.ticketsAfterData) server.SSL_CTX_set_num_tickets(context, 0);
  if (knobs.earlyData) server.SSL_CTX_set_max_early_data(context, MOST_EARLY_BYTES);
  if (knobs.faults.ignoreTickets) useTicketsNever(openssl, context);
  else if (knobs.singleUse) useTicketsOnce(openssl, context);
};

/** @returns what changes to another key. */
const useTicketKeys = (
  openssl: ServerSsl,
  context: number,
  { options, faults }: { readonly options: ServerOptions; readonly faults: FaultSource },
): (() => void) => {
  const { ticketKeys, rotations, rotationStartMs, knobs } = options;
  const first = ticketKeys === undefined ? randomBytes(TICKET_KEY_BYTES) : Buffer.from(ticketKeys, 'hex');
  if (knobs.ticketRotation === undefined && knobs.faults.strangeTickets === 0) {
    let epoch = rotations;
    const use = (): void => {
      setTicketKeys(openssl, context, ticketKeyOf(first, epoch));
    };
    use();
    return () => {
      epoch += 1;
      use();
    };
  }
  const { every = Number.POSITIVE_INFINITY, keep, phase } = knobs.ticketRotation ?? NO_ROTATION;
  const keys = new TicketKeys({ everyMs: every, keep, phaseMs: phase, rotations, startMs: rotationStartMs }, first);
  useOwnKeys(openssl, context, { keys, faults });
  return () => {
    keys.rotate();
  };
};

const NO_ROTATION = { every: undefined, keep: 0, phase: 0 } as const;

const setTicketKeys = (openssl: ServerSsl, context: number, keys: Buffer): void => {
  const memory = allocate(keys.length);
  keys.copy(memory.bytes);
  const taken = openssl.ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_TICKET_KEYS, keys.length, memory.address);
  requireTaken(openssl, taken, `ticket keys of ${String(keys.length)} bytes`);
};
