import { createHash, verify, X509Certificate } from 'node:crypto';
import type { StapleReport } from '../../domain/probe-record.ts';
import { readElement, readElements, type Element } from '../der.ts';
import { readOcspResponse, type OcspAnswer, type OcspResponse } from './response.ts';

/** A stapled response, and what it is judged by. */
export interface Stapled {
  /** DER; null where the server stapled none. */
  readonly staple: Uint8Array | null;
  /** DER of the certificates that the server sent, the leaf first. */
  readonly chain: readonly Uint8Array[];
  readonly nowUnixMs: number;
}

/**
 * Judges a stapled OCSP response as a client must (RFC 6960, section 3.2): it is about the leaf, is signed by the issuer or by whom the
 * issuer delegated that to, and its time has come and not passed. The signature is checked where the chain holds the issuer.
 *
 * A revocation is reported even when its response is stale: it does not become good with time.
 */
export const judgeStaple = (stapled: Stapled): StapleReport => ({
  ...judgement(stapled),
  required: stapled.chain[0] !== undefined && demandsStaple(stapled.chain[0]),
});

/** The OID of the extension by which a certificate demands a staple (RFC 7633), as DER. It stands nowhere else in a certificate. */
const TLS_FEATURE = Buffer.from('06082b06010505070118', 'hex');

const demandsStaple = (leaf: Uint8Array): boolean => Buffer.from(leaf).includes(TLS_FEATURE);

const judgement = ({ staple, chain, nowUnixMs }: Stapled): Omit<StapleReport, 'required'> => {
  const [leaf] = chain;
  if (staple === null || leaf === undefined) return { status: 'missing', ...NO_TIMES };
  const response = readOcspResponse(staple);
  const subject = readSubject(leaf, chain);
  if (response === undefined || subject === undefined) return { status: 'unreadable', ...NO_TIMES };
  const answer = response.answers.find((one) => isAbout(one, subject));
  if (answer === undefined) return { status: 'other-certificate', ...timesOf(response.answers[0]) };
  return { status: judgeAnswer({ answer, response, subject, nowUnixMs }), ...timesOf(answer) };
};

const NO_TIMES = { thisUpdateUnixMs: null, nextUpdateUnixMs: null } as const;

const timesOf = (answer: OcspAnswer | undefined): Pick<StapleReport, 'thisUpdateUnixMs' | 'nextUpdateUnixMs'> =>
  answer === undefined ? NO_TIMES : { thisUpdateUnixMs: answer.thisUpdateUnixMs, nextUpdateUnixMs: answer.nextUpdateUnixMs };

/** The certificate that a response should be about. */
interface Subject {
  /** Content of the DER, as the answer has it too. */
  readonly serialNumber: Uint8Array;
  /** DER of the issuer's name. */
  readonly issuerName: Uint8Array;
  /** Undefined where the server did not send it. */
  readonly issuer: X509Certificate | undefined;
}

const readSubject = (leaf: Uint8Array, chain: readonly Uint8Array[]): Subject | undefined =>
  readable(() => {
    const certificate = new X509Certificate(leaf);
    const issuer = chain.flatMap((der) => readable(() => issuerIn(der, certificate)) ?? [])[0];
    return { ...namesOf(leaf), issuer };
  });

/** The certificate, if its key signed the other one. */
const issuerIn = (der: Uint8Array, certificate: X509Certificate): X509Certificate | undefined => {
  const candidate = new X509Certificate(der);
  return isIssuedBy(certificate, candidate) ? candidate : undefined;
};

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** Reads what a server sent: bytes that are no certificate, or one with a key that node does not know, give nothing. */
const readable = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** Hashes by which responses name an issuer, by object identifier. */
const HASHES: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

const isAbout = (answer: OcspAnswer, { serialNumber, issuerName, issuer }: Subject): boolean => {
  const hash = HASHES[answer.hashAlgorithm];
  if (hash === undefined || !Buffer.from(answer.serialNumber).equals(serialNumber)) return false;
  const isHashOf = (hashed: Uint8Array, bytes: Uint8Array): boolean => createHash(hash).update(bytes).digest().equals(hashed);
  return (
    isHashOf(answer.issuerNameHash, issuerName) &&
    (issuer === undefined || isHashOf(answer.issuerKeyHash, publicKeyBitsOf(issuer)))
  );
};

interface Judged {
  readonly answer: OcspAnswer;
  readonly response: OcspResponse;
  readonly subject: Subject;
  readonly nowUnixMs: number;
}

/** A responder's clock may be ahead of ours by this. As in OpenSSL. */
const CLOCK_SKEW_MS = 300_000;

const judgeAnswer = ({ answer, response, subject: { issuer }, nowUnixMs }: Judged): StapleReport['status'] => {
  const signer = issuer === undefined ? undefined : signerOf(response, issuer);
  if (issuer !== undefined && signer === undefined) return 'bad-signature';
  if (answer.status === 'revoked') return 'revoked';
  if (answer.thisUpdateUnixMs > nowUnixMs + CLOCK_SKEW_MS) return 'not-yet-valid';
  // Where the right to answer has passed, the answer is worth as much as an old one.
  const isSignerExpired = signer !== undefined && signer !== issuer && Date.parse(signer.validTo) < nowUnixMs;
  if (isSignerExpired || (answer.nextUpdateUnixMs ?? Infinity) < nowUnixMs) return 'stale';
  return answer.status;
};

/** Extended key usage of a certificate that may sign in place of its issuer (RFC 6960, section 4.2.2.2). */
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';

const signerOf = (response: OcspResponse, issuer: X509Certificate): X509Certificate | undefined => {
  const delegated = response.certificates.filter(
    (one) => maySignAnswers(one) && readable(() => isIssuedBy(one, issuer)) === true,
  );
  return [issuer, ...delegated].find((one) => isSignedBy(response, one));
};

/** Node has no list where a certificate has no such usage, whatever its types say. */
const maySignAnswers = ({ keyUsage }: X509Certificate): boolean => [keyUsage].flat().includes(OCSP_SIGNING);

/** Algorithms of signatures, and the hash of each; those of Edwards curves have their own. */
const SIGNATURES: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
  '1.3.101.113': null,
};

const isSignedBy = ({ signed, signature, signatureAlgorithm }: OcspResponse, signer: X509Certificate): boolean => {
  const hash = SIGNATURES[signatureAlgorithm];
  // A key of another type than the algorithm's throws.
  return hash !== undefined && readable(() => verify(hash, signed, signer.publicKey, signature)) === true;
};

const VERSION = 0xa0;

/** A certificate's serial number, algorithm and issuer, in this order, may follow its version (RFC 5280, section 4.1). */
const namesOf = (certificate: Uint8Array): Pick<Subject, 'serialNumber' | 'issuerName'> => {
  const [statement] = contentOf(certificate);
  const fields = statement === undefined ? [] : readElements(certificate, statement);
  const [serial, , issuer] = fields.filter(({ tag }) => tag !== VERSION);
  if (serial === undefined || issuer === undefined) throw new RangeError('not a certificate: fields are missing');
  return {
    serialNumber: certificate.subarray(serial.start, serial.end),
    issuerName: certificate.subarray(issuer.at, issuer.end),
  };
};

/** The bits of the key alone, without the algorithm: what responses hash. */
const publicKeyBitsOf = ({ publicKey }: X509Certificate): Uint8Array => {
  const info = publicKey.export({ type: 'spki', format: 'der' });
  const [, bits] = contentOf(info);
  // The first byte counts unused bits.
  return bits === undefined ? NOTHING : info.subarray(bits.start + 1, bits.end);
};

const NOTHING = new Uint8Array(0);

const contentOf = (der: Uint8Array): readonly Element[] => readElements(der, readElement(der, 0, der.length));
