import { groupNameOf } from '../registry.ts';
import type { Cursor } from './cursor.ts';

/** The server's public key of a TLS 1.2 key exchange. */
export interface ServerKeyExchange {
  readonly kind: 'server-key-exchange';
  /** Null in a finite field, where TLS 1.2 names no group. */
  readonly group: string | null;
  /** Size of the prime in a finite field, null on a curve. */
  readonly primeBits: number | null;
}

/** A signature over the handshake. */
export interface CertificateVerify {
  readonly kind: 'certificate-verify';
  /** Wire number of the signature scheme. */
  readonly scheme: number;
}

/** Reads what the suite says that it is. @throws RangeError when the bytes are none. */
export const readServerKeyExchange = (cursor: Cursor, cipherSuite: string): ServerKeyExchange => {
  if (cipherSuite.startsWith('DHE-')) {
    return { kind: 'server-key-exchange', group: null, primeBits: cursor.vector(2).length * 8 };
  }
  const isNamed = cursor.number(1) === NAMED_CURVE;
  return { kind: 'server-key-exchange', group: isNamed ? groupNameOf(cursor.number(2)) : null, primeBits: null };
};

/** @throws RangeError when the bytes are none. */
export const readCertificateVerify = (cursor: Cursor): CertificateVerify => ({
  kind: 'certificate-verify',
  scheme: cursor.number(2),
});

/** `curve_type` (RFC 8422, section 5.4). */
const NAMED_CURVE = 3;
