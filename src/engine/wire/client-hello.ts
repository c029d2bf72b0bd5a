import {
  CLIENT_HELLO,
  EARLY_DATA,
  HANDSHAKE,
  MESSAGE_HEAD_BYTES,
  PRE_SHARED_KEY,
  RECORD_HEAD_BYTES,
  SESSION_TICKET,
  TLS_1_2,
} from '../../tls/numbers.ts';
import { AT, type HandshakeState } from './handshake-state.ts';
import { copyBytes } from './copy.ts';
import type { ClientHelloTemplate } from './client-hello-template.ts';

/** Offsets of the hello's parts in its record. */
const VERSION_AT = RECORD_HEAD_BYTES + MESSAGE_HEAD_BYTES;
const RANDOM_AT = VERSION_AT + 2;
const SESSION_ID_AT = RANDOM_AT + 32;

/** Bytes of a pre-shared key beside its identity: lengths, age and the header of the binder. */
const PSK_HEAD_BYTES = 4 + 2 + 2;
const AGE_BYTES = 4;
const BINDER_HEAD_BYTES = 2 + 1;

export interface HelloParts {
  readonly template: ClientHelloTemplate;
  /** The ticket to show; empty shows the extension alone, `undefined` leaves it out (TLS 1.2). */
  readonly ticket: Uint8Array | undefined;
  /** TLS 1.3: the ticket as a pre-shared key, with the length of its binder. */
  readonly psk: { readonly identity: Uint8Array; readonly age: number; readonly binderBytes: number } | undefined;
  readonly early: boolean;
}

/**
 * Writes a ClientHello into the connection, with its random, session ID and key share; only the binder of a pre-shared key is left open.
 *
 * @returns where the binders begin: the hello up to there is what they are made of (RFC 8446, section 4.2.11.2).
 */
export const writeClientHello = (state: HandshakeState, { template, ticket, psk, early }: HelloParts): number => {
  const { memory, sessionIdBytes, keyPair } = state;
  const pskBytes = psk === undefined ? 0 : PSK_HEAD_BYTES + psk.identity.length + AGE_BYTES + BINDER_HEAD_BYTES + psk.binderBytes;
  const tailBytes = (ticket === undefined ? 0 : 4 + ticket.length) + (early ? 4 : 0) + pskBytes;
  const restAt = SESSION_ID_AT + 1 + sessionIdBytes;
  const total = restAt + template.bytes.length + tailBytes;
  state.reserveHello(total);
  const { bytes } = state.hello;
  state.helloBytes = total;
  putHead(bytes, total);
  copyBytes(bytes, RANDOM_AT, memory.bytes, AT.clientRandom, 32);
  bytes[SESSION_ID_AT] = sessionIdBytes;
  copyBytes(bytes, SESSION_ID_AT + 1, memory.bytes, AT.sessionId, sessionIdBytes);
  bytes.set(template.bytes, restAt);
  put16(bytes, restAt + template.extensionsAt, template.bytes.length - template.extensionsAt - 2 + tailBytes);
  if (template.shareAt >= 0 && keyPair !== undefined) bytes.set(keyPair.publicKey.bytes, restAt + template.shareAt);
  let at = restAt + template.bytes.length;
  if (ticket !== undefined) at = putExtension(bytes, at, SESSION_TICKET, ticket);
  if (early) at = putExtension(bytes, at, EARLY_DATA, NOTHING);
  if (psk !== undefined) putPsk(bytes, at, psk);
  return psk === undefined ? total : total - BINDER_HEAD_BYTES - psk.binderBytes;
};

const NOTHING = new Uint8Array();

/** The record says TLS 1.0, as every client's first one (RFC 8446, section 5.1). */
const putHead = (bytes: Uint8Array, total: number): void => {
  const bodyBytes = total - VERSION_AT;
  bytes[0] = HANDSHAKE;
  bytes[1] = 3;
  bytes[2] = 1;
  put16(bytes, 3, total - RECORD_HEAD_BYTES);
  bytes[RECORD_HEAD_BYTES] = CLIENT_HELLO;
  bytes[RECORD_HEAD_BYTES + 1] = 0;
  put16(bytes, RECORD_HEAD_BYTES + 2, bodyBytes);
  put16(bytes, VERSION_AT, TLS_1_2);
};

const putExtension = (bytes: Uint8Array, at: number, type: number, body: Uint8Array): number => {
  put16(bytes, at, type);
  put16(bytes, at + 2, body.length);
  bytes.set(body, at + 4);
  return at + 4 + body.length;
};

const putPsk = (bytes: Uint8Array, start: number, { identity, age, binderBytes }: NonNullable<HelloParts['psk']>): void => {
  const identitiesBytes = 2 + identity.length + AGE_BYTES;
  put16(bytes, start, PRE_SHARED_KEY);
  put16(bytes, start + 2, 2 + identitiesBytes + BINDER_HEAD_BYTES + binderBytes);
  put16(bytes, start + 4, identitiesBytes);
  put16(bytes, start + 6, identity.length);
  let at = start + PSK_HEAD_BYTES;
  bytes.set(identity, at);
  at += identity.length;
  put16(bytes, at, age >>> 16);
  put16(bytes, at + 2, age & 0xffff);
  put16(bytes, at + 4, 1 + binderBytes);
  bytes[at + 6] = binderBytes;
};

const put16 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = (value >> 8) & 0xff;
  bytes[at + 1] = value & 0xff;
};
