import { createHash, sign, type KeyObject } from 'node:crypto';
import {
  BIT_STRING,
  element,
  ENUMERATED,
  NULL,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  SEQUENCE,
  timeElement,
  unsignedElement,
} from '../tls/der.ts';

/** The authority that issued a certificate, and answers for it itself. */
export interface Responder {
  /** DER of its name. */
  readonly name: Uint8Array;
  /** SHA-1 of its public key. */
  readonly keyHash: Uint8Array;
  readonly key: KeyObject;
}

export interface CertificateStatus {
  /** Of the certificate, in hex. */
  readonly serialNumber: string;
  /** Unix time in ms since which the certificate is known to be good. */
  readonly thisUpdateMs: number;
  /** Unix time in ms after which the response is stale. */
  readonly nextUpdateMs: number;
}

/**
 * Builds the DER of a response that says that a certificate is good.
 *
 * @see RFC 6960, section 4.2.1
 */
export const ocspResponse = (responder: Responder, status: CertificateStatus): Buffer =>
  element(
    SEQUENCE,
    element(ENUMERATED, SUCCESSFUL),
    element(
      EXPLICIT_0,
      element(SEQUENCE, objectIdentifier(BASIC_RESPONSE), element(OCTET_STRING, basicResponse(responder, status))),
    ),
  );

/** Context tags: of an explicit field, and of a primitive one. */
const EXPLICIT_0 = 0xa0;
const EXPLICIT_2 = 0xa2;
const IMPLICIT_0 = 0x80;

const SUCCESSFUL = Uint8Array.of(0);

const BASIC_RESPONSE = '2b0601050507300101';
const SHA_1 = '2b0e03021a';

/** Identifiers of signature algorithms, and the hashes that they name. */
const SIGNATURES = {
  rsa: { identifier: '2a864886f70d01010b', hasParameters: true, hash: 'sha256' },
  prime256v1: { identifier: '2a8648ce3d040302', hasParameters: false, hash: 'sha256' },
  secp384r1: { identifier: '2a8648ce3d040303', hasParameters: false, hash: 'sha384' },
  ed25519: { identifier: '2b6570', hasParameters: false, hash: null },
} as const;

const basicResponse = (responder: Responder, status: CertificateStatus): Buffer => {
  const { identifier, hasParameters, hash } = signatureOf(responder.key);
  const statement = responseData(responder, status);
  const signature = sign(hash, statement, responder.key);
  return element(SEQUENCE, statement, algorithm(identifier, hasParameters), element(BIT_STRING, NO_UNUSED_BITS, signature));
};

const NO_UNUSED_BITS = Uint8Array.of(0);

const responseData = (responder: Responder, { serialNumber, thisUpdateMs, nextUpdateMs }: CertificateStatus): Buffer =>
  element(
    SEQUENCE,
    element(EXPLICIT_2, element(OCTET_STRING, responder.keyHash)),
    timeElement(thisUpdateMs),
    element(
      SEQUENCE,
      element(
        SEQUENCE,
        certificateId(responder, serialNumber),
        element(IMPLICIT_0),
        timeElement(thisUpdateMs),
        element(EXPLICIT_0, timeElement(nextUpdateMs)),
      ),
    ),
  );

const certificateId = ({ name, keyHash }: Responder, serialNumber: string): Buffer =>
  element(
    SEQUENCE,
    algorithm(SHA_1, true),
    element(OCTET_STRING, createHash('sha1').update(name).digest()),
    element(OCTET_STRING, keyHash),
    unsignedElement(Buffer.from(serialNumber, 'hex')),
  );

const algorithm = (identifier: string, hasParameters: boolean): Buffer =>
  element(SEQUENCE, objectIdentifier(identifier), hasParameters ? element(NULL) : Buffer.alloc(0));

/** Its content is given in hex. */
const objectIdentifier = (content: string): Buffer => element(OBJECT_IDENTIFIER, Buffer.from(content, 'hex'));

const signatureOf = (key: KeyObject): (typeof SIGNATURES)[keyof typeof SIGNATURES] => {
  const name = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? '';
  if (name in SIGNATURES) return SIGNATURES[name as keyof typeof SIGNATURES];
  throw new TypeError(`no OCSP response can be signed by a key of type ${name}`);
};
