// @peculiar/x509 injects its parts by decorators and wants this first.
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Stapling } from '../scenario/server-knobs.ts';
import type { CertificatePair } from './certificate-pair.ts';
import { ocspResponse } from './ocsp-response.ts';

const rsa = (modulusLength: number) =>
  ({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength, publicExponent: Uint8Array.of(1, 0, 1) }) as const;

/** Key types that a reference server can have, and how WebCrypto makes them. */
const ALGORITHMS = {
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
  'ecdsa-p256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'ecdsa-p384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  ed25519: { name: 'Ed25519' },
} as const;

export type KeyType = keyof typeof ALGORITHMS;

type Algorithm = (typeof ALGORITHMS)[KeyType];

const VALID_MS = 7 * 24 * 3600 * 1000;

/** A clock that is a little slow must accept a certificate made a moment ago. */
const CLOCK_SKEW_MS = 3600 * 1000;

/** The authorities above the certificates that one maker makes. */
export interface Issuance {
  /** Intermediate ones, whose certificates the server sends. */
  readonly intermediates: number;
  /** True where certificates without intermediate authorities are their own CA, and not a root's. */
  readonly isSelfSigned: boolean;
  readonly stapling?: Stapling;
}

/** Makes a certificate for localhost, which is its own CA. */
export const makeCertificate = async (keyType: KeyType): Promise<CertificatePair> =>
  pairOf([await issue(ALGORITHMS[keyType], { subject: leafName('localhost'), extensions: [namesOf('localhost')] })]);

/** A certificate, and the OCSP response that its server staples to it. */
export interface StapledCertificate extends CertificatePair {
  /** DER in base64; none where nothing is to be stapled. */
  readonly ocspResponse?: string;
}

/** Makes certificates, and what stands between them and what clients trust. */
export interface CertificateMaker {
  readonly make: (name: string) => Promise<StapledCertificate>;
  /** PEM of the authorities that clients must trust for what has been made. */
  readonly trusted: () => string;
}

/** Makes a maker of certificates under a number of intermediate authorities and a root, all of one key type. */
export const certificateMaker = async (
  keyType: KeyType,
  { intermediates, isSelfSigned, stapling = 'none' }: Issuance,
): Promise<CertificateMaker> => {
  const algorithm = ALGORITHMS[keyType];
  const trusted: Issued[] = [];
  const authorities = isSelfSigned && intermediates === 0 ? [] : await makeAuthorities(algorithm, intermediates);
  const [issuer] = authorities;
  trusted.push(...authorities.slice(-1));
  return {
    make: async (name) => {
      const extensions = stapling === 'missing' ? [namesOf(name), MUST_STAPLE] : [namesOf(name)];
      const leaf = await issue(algorithm, { subject: leafName(name), issuer, extensions });
      if (issuer === undefined) trusted.push(leaf);
      const pair = await pairOf([leaf, ...authorities.slice(0, -1)]);
      const period = RESPONSE_PERIODS[stapling];
      return period === undefined ? pair : { ...pair, ocspResponse: await responseFor(leaf, issuer ?? leaf, period) };
    },
    trusted: () => trusted.map(pemOf).join(''),
  };
};

/** Begin and end of the time for which a response is good, in ms from now. */
const RESPONSE_PERIODS: Readonly<Record<Stapling, readonly [number, number] | undefined>> = {
  none: undefined,
  missing: undefined,
  good: [-CLOCK_SKEW_MS, VALID_MS],
  stale: [-VALID_MS - CLOCK_SKEW_MS, -CLOCK_SKEW_MS],
};

const responseFor = async (leaf: Issued, issuer: Issued, [begin, end]: readonly [number, number]): Promise<string> => {
  const { subjectName, publicKey } = issuer.certificate;
  const responder = {
    name: Buffer.from(subjectName.toArrayBuffer()),
    keyHash: Buffer.from(await publicKey.getKeyIdentifier()),
    key: KeyObject.from(issuer.keys.privateKey),
  };
  const { serialNumber } = leaf.certificate;
  const [thisUpdateMs, nextUpdateMs] = [Date.now() + begin, Date.now() + end];
  return ocspResponse(responder, { serialNumber, thisUpdateMs, nextUpdateMs }).toString('base64');
};

/** The root last, and before it the intermediate ones, the issuer of leaves first. */
const makeAuthorities = async (algorithm: Algorithm, intermediates: number): Promise<readonly Issued[]> => {
  const authorities = [await issue(algorithm, { subject: authorityName('root'), extensions: AUTHORITY })];
  for (let i = 1; i <= intermediates; i++) {
    const subject = authorityName(`intermediate ${String(i)}`);
    authorities.unshift(await issue(algorithm, { subject, issuer: authorities[0], extensions: AUTHORITY }));
  }
  return authorities;
};

interface Issued {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface Wish {
  readonly subject: string;
  /** None for a self-signed one. */
  readonly issuer?: Issued | undefined;
  readonly extensions: x509.Extension[];
}

const issue = async (algorithm: Algorithm, { subject, issuer, extensions }: Wish): Promise<Issued> => {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - CLOCK_SKEW_MS),
    notAfter: new Date(Date.now() + VALID_MS),
    extensions,
  });
  return { certificate, keys };
};

const leafName = (name: string): string => `CN=${name}, O=Resumark reference server`;

const authorityName = (what: string): string => `CN=${what}, O=Resumark reference server`;

/** The extensions of an authority: it may issue certificates. */
const AUTHORITY: x509.Extension[] = [
  new x509.BasicConstraintsExtension(true, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
];

/** A TLS feature that the server must have: status_request (RFC 7633). */
const MUST_STAPLE = new x509.Extension('1.3.6.1.5.5.7.1.24', false, Uint8Array.of(0x30, 3, 0x02, 1, 5));

/** A server on this machine is reached by its addresses too. */
const namesOf = (name: string): x509.Extension =>
  new x509.SubjectAlternativeNameExtension([
    { type: 'dns', value: name },
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
  ]);

/** A chain, its leaf first. */
const pairOf = async (chain: readonly [Issued, ...Issued[]]): Promise<CertificatePair> => {
  const key = await webcrypto.subtle.exportKey('pkcs8', chain[0].keys.privateKey);
  return {
    certificate: chain.map(pemOf).join(''),
    key: `${x509.PemConverter.encode(key, 'PRIVATE KEY')}\n`,
  };
};

const pemOf = ({ certificate }: Issued): string => `${certificate.toString('pem')}\n`;
