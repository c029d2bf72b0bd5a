import { randomBytes } from 'node:crypto';
import { allocate, registerCallback } from '../../../engine/ffi.ts';
import { TICKET_KEY_BYTES } from '../server-messages.ts';
import type { FaultSource } from './faults.ts';
import type { ServerSsl } from './library.ts';
import { nativeKey, type TicketKeys } from './ticket-keys.ts';
import { UsedTickets } from './used-tickets.ts';

const NAME_BYTES = 16;
const IV_BYTES = 16;

/** Answers of a ticket key callback. */
const UNKNOWN_KEY = 0;
const TAKEN = 1;
const TAKEN_AND_RENEWED = 2;

const TLS_1_3 = 0x0304;

/** SSL_TICKET_STATUS and SSL_TICKET_RETURN. */
const STATUS_SUCCESS = 5;
const STATUS_SUCCESS_RENEW = 6;
const IGNORE_AND_RENEW = 2;
const USE = 3;
const USE_AND_RENEW = 4;

/** Has libssl ask for the key of each ticket that it makes or is shown. */
export const useOwnKeys = (
  { ssl, server }: ServerSsl,
  context: number,
  { keys, faults }: { readonly keys: TicketKeys; readonly faults: FaultSource },
): void => {
  const strange = nativeKey(randomBytes(TICKET_KEY_BYTES));
  const seal = (name: number, iv: number, cipher: number, mac: number): number => {
    const key = faults.givesStrangeTicket() ? strange : keys.all[0];
    if (key === undefined) return -1;
    server.memcpy(name, key.name, NAME_BYTES);
    server.RAND_bytes(iv, IV_BYTES);
    server.EVP_EncryptInit_ex(cipher, server.EVP_aes_256_cbc(), 0, key.cipherKey, iv);
    return server.EVP_MAC_CTX_set_params(mac, key.macParameters);
  };
  const open = (name: number, iv: number, cipher: number, mac: number, connection: number): number => {
    const { all } = keys;
    const age = all.findIndex((one) => server.memcmp(name, one.name, NAME_BYTES) === 0);
    const key = all[age];
    if (key === undefined) return UNKNOWN_KEY;
    server.EVP_MAC_CTX_set_params(mac, key.macParameters);
    server.EVP_DecryptInit_ex(cipher, server.EVP_aes_256_cbc(), 0, key.cipherKey, iv);
    // In TLS 1.3 always, as libssl does with keys of its own, and nginx: a client that is never given a ticket then waits for none.
    return age === 0 && ssl.SSL_version(connection) !== TLS_1_3 ? TAKEN : TAKEN_AND_RENEWED;
  };
  const { pointer } = registerCallback(
    'int TicketKey(uintptr_t ssl, uintptr_t name, uintptr_t iv, uintptr_t cipher, uintptr_t mac, int isNew)',
    (connection, name, iv, cipher, mac, isNew) =>
      (isNew === 1 ? seal : open)(Number(name), Number(iv), Number(cipher), Number(mac), Number(connection)),
  );
  ssl.ERR_clear_error();
  server.SSL_CTX_set_tlsext_ticket_key_evp_cb(context, pointer);
};

/** Ignores all tickets that it is shown, and gives others. */
export const useTicketsNever = ({ server }: ServerSsl, context: number): void => {
  const made = registerCallback(MADE, () => 1);
  const shown = registerCallback(SHOWN, () => IGNORE_AND_RENEW);
  server.SSL_CTX_set_session_ticket_cb(context, made.pointer, shown.pointer, 0);
};

/** Prototypes of the callbacks of tickets that are made and shown. */
const MADE = 'int TicketMade(uintptr_t ssl, uintptr_t argument)';
const SHOWN = 'int TicketShown(uintptr_t ssl, uintptr_t session, uintptr_t name, size_t length, int status, uintptr_t argument)';

/** Numbers the tickets, and takes each number once. */
export const useTicketsOnce = ({ ssl, server, outParameters }: ServerSsl, context: number): void => {
  const used = new UsedTickets();
  const serial = allocate(8);
  const number = (connection: unknown): number => {
    serial.bytes.writeDoubleLE(used.next());
    return server.SSL_SESSION_set1_ticket_appdata(ssl.SSL_get_session(Number(connection)), serial.address, 8);
  };
  const numberOf = (session: number): number => {
    const { bytes, address } = outParameters;
    server.SSL_SESSION_get0_ticket_appdata(session, address, address + 8);
    if (bytes.readBigUInt64LE(8) !== 8n) return 0;
    server.memcpy(serial.address, bytes.readBigUInt64LE(0), 8);
    return serial.bytes.readDoubleLE();
  };
  const take = (session: number, status: number): number => {
    if (status !== STATUS_SUCCESS && status !== STATUS_SUCCESS_RENEW) return IGNORE_AND_RENEW;
    if (!used.use(numberOf(session))) return IGNORE_AND_RENEW;
    return status === STATUS_SUCCESS ? USE : USE_AND_RENEW;
  };
  const made = registerCallback(MADE, number);
  const shown = registerCallback(SHOWN, (_ssl, session, _name, _length, status) => take(Number(session), Number(status)));
  server.SSL_CTX_set_session_ticket_cb(context, made.pointer, shown.pointer, 0);
};
