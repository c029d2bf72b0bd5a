import { X509Certificate } from 'node:crypto';
import {
  BasicOCSPResponse,
  id_pkix_ocsp_basic,
  OCSPResponse,
  OCSPResponseStatus,
  type CertStatus,
  type SingleResponse,
} from '@peculiar/asn1-ocsp';
import { AsnConvert } from '@peculiar/asn1-schema';
import { BIT_STRING, element, SEQUENCE } from '../der.ts';

/** A signed statement about certificates (RFC 6960, section 4.2.1). */
export interface OcspResponse {
  readonly answers: readonly OcspAnswer[];
  /** The bytes that are signed. */
  readonly signed: Uint8Array;
  /** Object identifier. */
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
  /** Certificates of whom the issuer may have delegated its answers to. */
  readonly certificates: readonly X509Certificate[];
}

/** The answer about one certificate. */
export interface OcspAnswer {
  /** Object identifier of the hash by which the issuer is named. */
  readonly hashAlgorithm: string;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  readonly serialNumber: Uint8Array;
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly thisUpdateUnixMs: number;
  /** Null where newer information is always to be had. */
  readonly nextUpdateUnixMs: number | null;
}

/** Reads the DER of a response; `undefined` where it is none, or says that the responder has no answer. */
export const readOcspResponse = (der: Uint8Array): OcspResponse | undefined => {
  try {
    const { responseStatus, responseBytes } = AsnConvert.parse(der, OCSPResponse);
    if (responseStatus !== OCSPResponseStatus.successful || responseBytes?.responseType !== id_pkix_ocsp_basic) return undefined;
    return factsOf(AsnConvert.parse(responseBytes.response.buffer, BasicOCSPResponse));
  } catch {
    // The library has many errors for bytes that are none of its own.
    return undefined;
  }
};

const factsOf = (basic: BasicOCSPResponse): OcspResponse => ({
  answers: basic.tbsResponseData.responses.map(answerOf),
  signed: bytesOf(basic.tbsResponseDataRaw),
  signatureAlgorithm: basic.signatureAlgorithm.algorithm,
  signature: bytesOf(basic.signature),
  certificates: (basic.certs ?? []).map(certificateOf),
});

type LibraryCertificate = NonNullable<BasicOCSPResponse['certs']>[number];

/** Puts a certificate together again, with the bytes that are signed just as they came. */
const certificateOf = ({ tbsCertificateRaw, signatureAlgorithm, signatureValue }: LibraryCertificate): X509Certificate =>
  new X509Certificate(
    element(
      SEQUENCE,
      bytesOf(tbsCertificateRaw),
      bytesOf(AsnConvert.serialize(signatureAlgorithm)),
      element(BIT_STRING, NO_UNUSED_BITS, bytesOf(signatureValue)),
    ),
  );

const NO_UNUSED_BITS = Uint8Array.of(0);

const answerOf = ({ certID, certStatus, thisUpdate, nextUpdate }: SingleResponse): OcspAnswer => ({
  hashAlgorithm: certID.hashAlgorithm.algorithm,
  issuerNameHash: bytesOf(certID.issuerNameHash.buffer),
  issuerKeyHash: bytesOf(certID.issuerKeyHash.buffer),
  serialNumber: bytesOf(certID.serialNumber),
  status: statusOf(certStatus),
  thisUpdateUnixMs: unixMs(thisUpdate),
  nextUpdateUnixMs: nextUpdate === undefined ? null : unixMs(nextUpdate),
});

const statusOf = ({ good, revoked }: CertStatus): OcspAnswer['status'] => {
  if (revoked !== undefined) return 'revoked';
  return good === undefined ? 'unknown' : 'good';
};

const unixMs = (time: Date): number => {
  const ms = time.getTime();
  if (!Number.isFinite(ms)) throw new RangeError('not a time');
  return ms;
};

/** The library says buffer, and gives views too. */
const bytesOf = (bytes: ArrayBuffer | Uint8Array | undefined): Uint8Array => new Uint8Array(bytes ?? new ArrayBuffer(0));
