import { groupName } from '../../tls/names.ts';
import { certificateFacts } from '../certificate-facts.ts';
import type { Negotiated } from '../engine.ts';
import { copyFrom } from '../ffi.ts';
import { SSL_CTRL_GET_NEGOTIATED_GROUP, type OpenSsl } from './library.ts';
import { peerCertificate } from './peer-certificate.ts';

/** Reads what a connection negotiated. */
export const negotiatedOn = (openssl: OpenSsl, connection: number): Negotiated => {
  const { ssl, text } = openssl;
  const group = ssl.SSL_ctrl(connection, SSL_CTRL_GET_NEGOTIATED_GROUP, 0, 0);
  return {
    cipher: text.SSL_CIPHER_get_name(ssl.SSL_get_current_cipher(connection)) ?? '',
    // A resumed TLS 1.2 handshake has no key exchange.
    group: group <= 0 ? '' : groupName(text.SSL_group_to_name(connection, group) ?? ''),
    alpn: alpnOf(openssl, connection),
    ...certificateFacts(peerCertificate(openssl, connection)),
  };
};

const alpnOf = ({ ssl, outParameters: out }: OpenSsl, connection: number): string => {
  ssl.SSL_get0_alpn_selected(connection, out.address, out.address + 8);
  const length = out.bytes.readUInt32LE(8);
  return length === 0 ? '' : copyFrom(Number(out.bytes.readBigUInt64LE(0)), length).toString('latin1');
};

/** Tells whether the server has asked for a certificate: only a CertificateRequest tells a client which signatures its peer takes. */
export const asksForCertificate = ({ ssl }: OpenSsl, connection: number): boolean =>
  ssl.SSL_get_sigalgs(connection, -1, 0, 0, 0, 0, 0) > 0;
