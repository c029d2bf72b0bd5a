import { allocate } from '../ffi.ts';
import type { OpenSsl } from './library.ts';

/** Returns the DER of the certificate that a connection's server has shown, `undefined` when it has shown none. */
export const peerCertificate = ({ ssl }: OpenSsl, connection: number): Buffer | undefined => {
  const certificate = ssl.SSL_get1_peer_certificate(connection);
  if (certificate === 0) return undefined;
  const der = allocate(ssl.i2d_X509(certificate, 0));
  const out = allocate(8);
  out.bytes.writeBigUInt64LE(BigInt(der.address), 0);
  ssl.i2d_X509(certificate, out.address);
  ssl.X509_free(certificate);
  return der.bytes;
};
