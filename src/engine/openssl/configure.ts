import { ResumarkError } from '../../domain/error.ts';
import { cString } from '../ffi.ts';
import { takeReason } from './failure.ts';
import {
  SSL_CTRL_CLEAR_EXTRA_CHAIN_CERTS,
  SSL_CTRL_EXTRA_CHAIN_CERT,
  SSL_CTRL_SET_GROUPS_LIST,
  type OpenSsl,
} from './library.ts';

/*
 * Settings of an SSL_CTX that clients and servers have in common. Each throws ResumarkError ENGINE naming what OpenSSL does not take.
 */

/** Splits the list as node:tls does: suites of TLS 1.3 are those whose name begins with TLS_. Its default list makes the engines alike. */
export const useCiphers = (openssl: OpenSsl, context: number, list: string): void => {
  const { ssl } = openssl;
  const names = list.split(':');
  const suites = names.filter((name) => name.startsWith('TLS_')).join(':');
  const ciphers = names.filter((name) => !name.startsWith('TLS_')).join(':');
  if (suites !== '') requireTaken(openssl, ssl.SSL_CTX_set_ciphersuites(context, suites), `the cipher suites ${suites}`);
  if (ciphers !== '') requireTaken(openssl, ssl.SSL_CTX_set_cipher_list(context, ciphers), `the ciphers ${ciphers}`);
};

export const useGroups = (openssl: OpenSsl, context: number, groups: string): void => {
  const list = cString(groups);
  requireTaken(openssl, openssl.ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, list.address), `the groups ${groups}`);
};

/** A certificate with the chain after it, and its key, both as PEM. */
interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** @param whose names the side in messages. */
export const useIdentity = (openssl: OpenSsl, context: number, identity: Identity, whose: 'client' | 'server'): void => {
  const { ssl } = openssl;
  const [leaf, ...chain] = readCertificates(openssl, identity.cert);
  const hasTakenLeaf = leaf === undefined ? 0 : ssl.SSL_CTX_use_certificate(context, leaf);
  ssl.X509_free(leaf ?? 0);
  // The context takes these over, in the place of any that it had.
  ssl.SSL_CTX_ctrl(context, SSL_CTRL_CLEAR_EXTRA_CHAIN_CERTS, 0, 0);
  for (const issuer of chain) ssl.SSL_CTX_ctrl(context, SSL_CTRL_EXTRA_CHAIN_CERT, 0, issuer);
  requireTaken(openssl, hasTakenLeaf, `the ${whose} certificate`);
  const key = withBio(openssl, identity.key, (bio) => ssl.PEM_read_bio_PrivateKey(bio, 0, 0, 0));
  const hasTakenKey = key === 0 ? 0 : ssl.SSL_CTX_use_PrivateKey(context, key);
  ssl.EVP_PKEY_free(key);
  requireTaken(openssl, hasTakenKey, `the ${whose} certificate's key`);
  const fits = ssl.SSL_CTX_check_private_key(context);
  requireTaken(openssl, fits, `the key for the ${whose} certificate: they don't belong together,`);
};

export const readCertificates = (openssl: OpenSsl, pem: string): number[] => {
  const { ssl } = openssl;
  return withBio(openssl, pem, (bio) => {
    const certificates: number[] = [];
    for (;;) {
      const certificate = ssl.PEM_read_bio_X509(bio, 0, 0, 0);
      if (certificate === 0) break;
      certificates.push(certificate);
    }
    // The end of the text is an error to the PEM reader.
    ssl.ERR_clear_error();
    return certificates;
  });
};

export const requireTaken = (openssl: OpenSsl, result: number, what: string): void => {
  if (result > 0) return;
  throw new ResumarkError('ENGINE', `${openssl.version} does not take ${what}: ${takeReason(openssl)}.`);
};

const withBio = <Result>({ ssl }: OpenSsl, text: string, read: (bio: number) => Result): Result => {
  const memory = cString(text);
  const bio = ssl.BIO_new_mem_buf(memory.address, memory.bytes.length - 1);
  try {
    return read(bio);
  } finally {
    ssl.BIO_free(bio);
  }
};
