import { DEFAULT_CIPHERS } from 'node:tls';
import type { Protocol } from '../../domain/protocol.ts';
import type { AeadName } from './crypto/aead.ts';
import type { HashName } from './crypto/hash.ts';

/** A cipher suite (RFC 8446, appendix B.4; RFC 5289; RFC 7905). */
export interface Suite {
  readonly id: number;
  /** Name in OpenSSL. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly aead: AeadName;
  readonly hash: HashName;
  /** Keys that may sign, in TLS 1.2; in TLS 1.3 the suite does not say. */
  readonly signer: 'ec' | 'rsa' | 'any';
}

const tls13 = { protocol: 'TLSv1.3', signer: 'any' } as const;
const ecdsa = { protocol: 'TLSv1.2', signer: 'ec' } as const;
const rsa = { protocol: 'TLSv1.2', signer: 'rsa' } as const;

/** In the order in which node and libssl offer them, so that the engines negotiate alike. */
const SUITES: readonly Suite[] = [
  { id: 0x1302, name: 'TLS_AES_256_GCM_SHA384', ...tls13, aead: 'AES-256-GCM', hash: 'sha384' },
  { id: 0x1303, name: 'TLS_CHACHA20_POLY1305_SHA256', ...tls13, aead: 'ChaCha20-Poly1305', hash: 'sha256' },
  { id: 0x1301, name: 'TLS_AES_128_GCM_SHA256', ...tls13, aead: 'AES-128-GCM', hash: 'sha256' },
  { id: 0xc02f, name: 'ECDHE-RSA-AES128-GCM-SHA256', ...rsa, aead: 'AES-128-GCM', hash: 'sha256' },
  { id: 0xc02b, name: 'ECDHE-ECDSA-AES128-GCM-SHA256', ...ecdsa, aead: 'AES-128-GCM', hash: 'sha256' },
  { id: 0xc030, name: 'ECDHE-RSA-AES256-GCM-SHA384', ...rsa, aead: 'AES-256-GCM', hash: 'sha384' },
  { id: 0xc02c, name: 'ECDHE-ECDSA-AES256-GCM-SHA384', ...ecdsa, aead: 'AES-256-GCM', hash: 'sha384' },
  { id: 0xcca9, name: 'ECDHE-ECDSA-CHACHA20-POLY1305', ...ecdsa, aead: 'ChaCha20-Poly1305', hash: 'sha256' },
  { id: 0xcca8, name: 'ECDHE-RSA-CHACHA20-POLY1305', ...rsa, aead: 'ChaCha20-Poly1305', hash: 'sha256' },
];

export const suiteOf = (id: number): Suite | undefined => SUITES.find((suite) => suite.id === id);

/**
 * The suites of a protocol that a cipher list names, in its order. As in node:tls, suites of TLS 1.3 are those whose name begins with
 * TLS_, and a list without any leaves the default.
 *
 * @returns the name that is not known here in place of a list. `HIGH`, `!aNULL` and their like are left to libssl.
 */
export const suitesOf = (list: string | undefined, protocol: Protocol): readonly Suite[] | string => {
  const own = SUITES.filter((suite) => suite.protocol === protocol);
  const names = list === undefined || list === DEFAULT_CIPHERS ? [] : list.split(':').filter((name) => name !== '');
  const unknown = names.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown !== undefined) return unknown;
  const chosen = names.flatMap((name) => own.filter((suite) => suite.name === name));
  return chosen.length === 0 ? own : chosen;
};
