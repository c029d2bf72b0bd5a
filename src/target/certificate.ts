// @peculiar/x509 injects its parts by decorators and wants this first.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A self-signed certificate and its key, both as PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** Puts a pair into files as server programs read it: apart, or in one as HAProxy does. */
export const certificateFiles = ({ certificate, key }: CertificatePair): Readonly<Record<string, string>> => ({
  'certificate.pem': certificate,
  'key.pem': key,
  'both.pem': certificate + key,
});

/** Key types that a reference server can have, and how WebCrypto makes them. */
const ALGORITHMS = {
  'rsa-2048': {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  },
  'ecdsa-p256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const;

export type KeyType = keyof typeof ALGORITHMS;

const VALID_MS = 7 * 24 * 3600 * 1000;

/** A clock that is a little slow must accept a certificate made a moment ago. */
const CLOCK_SKEW_MS = 3600 * 1000;

/** Makes a certificate for localhost, which is its own CA. */
export const makeCertificate = async (keyType: KeyType): Promise<CertificatePair> => {
  const algorithm = ALGORITHMS[keyType];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost, O=Resumark reference server',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - CLOCK_SKEW_MS),
    notAfter: new Date(Date.now() + VALID_MS),
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: `${certificate.toString('pem')}\n`, key: `${x509.PemConverter.encode(key, 'PRIVATE KEY')}\n` };
};
