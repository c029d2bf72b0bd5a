import { CERTIFICATE_AUTHORITIES, STATUS_REQUEST } from '../numbers.ts';
import { Cursor } from './cursor.ts';
import { readExtensions } from './extensions.ts';

/** The certificates of one side. */
export interface Certificate {
  readonly kind: 'certificate';
  /** DER of each, the leaf first; empty where a client has none. */
  readonly chain: readonly Buffer[];
  /** DER of the OCSP response that TLS 1.3 staples to the leaf. */
  readonly staple: Buffer | null;
}

/** The OCSP response that TLS 1.2 staples. */
export interface CertificateStatus {
  readonly kind: 'certificate-status';
  readonly staple: Buffer | null;
}

/** A server's wish for the client's certificate. */
export interface CertificateRequest {
  readonly kind: 'certificate-request';
  /** DER of the names of the authorities that it accepts; none where any will do. */
  readonly authorities: readonly Buffer[];
}

/** @throws RangeError when the bytes are none. */
export const readCertificate12 = (cursor: Cursor): Certificate => ({
  kind: 'certificate',
  chain: new Cursor(cursor.vector(3)).all((entry) => Buffer.from(entry.vector(3))),
  staple: null,
});

/** @throws RangeError when the bytes are none. */
export const readCertificate13 = (cursor: Cursor): Certificate => {
  cursor.vector(1);
  const entries = new Cursor(cursor.vector(3)).all((entry) => ({
    der: Buffer.from(entry.vector(3)),
    staple: readExtensions(entry).read<Buffer | null>(STATUS_REQUEST, readStaple, null),
  }));
  return { kind: 'certificate', chain: entries.map(({ der }) => der), staple: entries[0]?.staple ?? null };
};

/** @throws RangeError when the bytes are none. */
export const readCertificateStatus = (cursor: Cursor): CertificateStatus => ({
  kind: 'certificate-status',
  staple: readStaple(cursor),
});

/** @throws RangeError when the bytes are none. */
export const readCertificateRequest12 = (cursor: Cursor): CertificateRequest => {
  // Types of certificates, then algorithms of signatures (RFC 5246, section 7.4.4).
  cursor.vector(1);
  cursor.vector(2);
  return { kind: 'certificate-request', authorities: readAuthorities(cursor) };
};

/** @throws RangeError when the bytes are none. */
export const readCertificateRequest13 = (cursor: Cursor): CertificateRequest => {
  cursor.vector(1);
  const authorities = readExtensions(cursor).read<readonly Buffer[]>(CERTIFICATE_AUTHORITIES, readAuthorities, []);
  return { kind: 'certificate-request', authorities };
};

/** `status_type` of RFC 6066, section 8. */
const OCSP = 1;

const readStaple = (cursor: Cursor): Buffer | null => (cursor.number(1) === OCSP ? Buffer.from(cursor.vector(3)) : null);

const readAuthorities = (cursor: Cursor): readonly Buffer[] =>
  new Cursor(cursor.vector(2)).all((name) => Buffer.from(name.vector(2)));
