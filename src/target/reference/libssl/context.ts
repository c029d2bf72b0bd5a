import { DEFAULT_CIPHERS } from 'node:tls';
import { allocate, cString } from '../../../engine/ffi.ts';
import { requireTaken, useCiphers, useIdentity } from '../../../engine/openssl/configure.ts';
import {
  SSL_CTRL_SET_MAX_PROTO_VERSION,
  SSL_CTRL_SET_MIN_PROTO_VERSION,
  SSL_CTRL_SET_SESS_CACHE_MODE,
  SSL_OP_NO_TICKET,
} from '../../../engine/openssl/library.ts';
import { CACHE_SIZE, SESSION_CONTEXT, type ServerOptions } from '../server-messages.ts';
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
  type ServerSsl,
} from './library.ts';

const TLS_1_2 = 0x0303;
const TLS_1_3 = 0x0304;

/**
 * Makes the SSL_CTX of a server.
 *
 * @throws ResumarkError ENGINE naming the setting that OpenSSL does not take.
 */
export const serverContext = (openssl: ServerSsl, options: ServerOptions): number => {
  const { ssl, server } = openssl;
  const context = ssl.SSL_CTX_new(server.TLS_server_method());
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS_1_2, 0);
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, TLS_1_3, 0);
  // One read brings all that has come; else each record takes one for its head and one for the rest.
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, 0);
  // The chain is what it was given; else libssl searches for issuers in each full handshake.
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_MODE, SSL_MODE_NO_AUTO_CHAIN, 0);
  ssl.SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  useCiphers(openssl, context, DEFAULT_CIPHERS);
  useIdentity(openssl, context, { cert: options.certificate.certificate, key: options.certificate.key }, 'server');
  useResumption(openssl, context, options);
  return context;
};

const useResumption = (openssl: ServerSsl, context: number, { resumption, ticketKeys }: ServerOptions): void => {
  const { ssl, server } = openssl;
  const [hasCache, hasTickets] = [resumption.includes('cache'), resumption.includes('tickets')];
  const name = cString(SESSION_CONTEXT);
  server.SSL_CTX_set_session_id_context(context, name.address, SESSION_CONTEXT.length);
  // Expired sessions are left to be pushed out: libssl would look through all of them after every 255 handshakes.
  const mode = hasCache ? SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_AUTO_CLEAR : SSL_SESS_CACHE_OFF;
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, mode, 0);
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_SIZE, CACHE_SIZE, 0);
  // In TLS 1.3 libssl then gives tickets that stand for a session in the cache.
  if (!hasTickets) ssl.SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  // Else it would give tickets that it never honours.
  if (!hasTickets && !hasCache) server.SSL_CTX_set_num_tickets(context, 0);
  if (ticketKeys !== undefined) useTicketKeys(openssl, context, Buffer.from(ticketKeys, 'hex'));
};

const useTicketKeys = (openssl: ServerSsl, context: number, keys: Buffer): void => {
  const memory = allocate(keys.length);
  keys.copy(memory.bytes);
  const taken = openssl.ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_TICKET_KEYS, keys.length, memory.address);
  requireTaken(openssl, taken, `ticket keys of ${String(keys.length)} bytes`);
};
