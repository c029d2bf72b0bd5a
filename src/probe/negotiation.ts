import { X509Certificate } from 'node:crypto';
import type { ProtocolReport } from '../domain/probe-record.ts';
import { certificateFacts } from '../engine/certificate-facts.ts';
import { judgeStaple } from '../tls/ocsp/staple.ts';
import { shortHash } from '../tls/short-hash.ts';
import { messageOf, type Visit } from './visit.ts';

/** The part of a protocol's report that one full handshake shows. */
export type NegotiatedFacts = Pick<
  ProtocolReport,
  | 'cipher'
  | 'group'
  | 'forwardSecrecy'
  | 'alpn'
  | 'chain'
  | 'staple'
  | 'extendedMasterSecret'
  | 'helloRetry'
  | 'clientCertificate'
>;

/** Reads what a full handshake negotiated out of its messages. */
export const negotiatedFacts = (looked: Visit, nowUnixMs = Date.now()): NegotiatedFacts => {
  const hello = messageOf(looked, 'server-hello');
  const isTls13 = hello?.version === 'TLSv1.3';
  return {
    ...keyExchangeFacts(looked),
    ...certificateFactsOf(looked, nowUnixMs),
    alpn: messageOf(looked, 'encrypted-extensions')?.alpn ?? hello?.alpn ?? '',
    // TLS 1.3 binds every secret to the whole handshake (RFC 8446, section 7.1).
    extendedMasterSecret: isTls13 || hello?.extendedMasterSecret === true,
    clientCertificate: clientCertificateReport(messageOf(looked, 'certificate-request')?.authorities),
  };
};

const keyExchangeFacts = (looked: Visit): Pick<NegotiatedFacts, 'cipher' | 'group' | 'forwardSecrecy' | 'helloRetry'> => {
  const { cipherSuite: cipher = '', group, version } = messageOf(looked, 'server-hello') ?? {};
  return {
    cipher,
    group: group ?? messageOf(looked, 'server-key-exchange')?.group ?? '',
    forwardSecrecy: version === 'TLSv1.3' || /^(?:ECDHE|DHE)-/u.test(cipher),
    helloRetry: messageOf(looked, 'hello-retry-request') !== undefined,
  };
};

const certificateFactsOf = (looked: Visit, nowUnixMs: number): Pick<NegotiatedFacts, 'chain' | 'staple'> => {
  const { chain = [], staple: staple13 = null } = messageOf(looked, 'certificate') ?? {};
  const staple = staple13 ?? messageOf(looked, 'certificate-status')?.staple ?? null;
  return { chain: chain.map(certificateReport), staple: judgeStaple({ staple, chain, nowUnixMs }) };
};

export type SessionIdFacts = Pick<ProtocolReport, 'sessionIdBytes' | 'sessionIdHash'>;

/** The session ID that a server assigned. That of TLS 1.3 is the client's own, echoed (RFC 8446, section 4.1.3). */
export const sessionIdFacts = (looked: Visit): SessionIdFacts => {
  const hello = messageOf(looked, 'server-hello');
  const isAssigned = hello !== undefined && hello.version !== 'TLSv1.3' && hello.sessionId.length > 0;
  return isAssigned
    ? { sessionIdBytes: hello.sessionId.length, sessionIdHash: shortHash(hello.sessionId) }
    : { sessionIdBytes: 0, sessionIdHash: null };
};

const certificateReport = (der: Buffer): ProtocolReport['chain'][number] => {
  const certificate = new X509Certificate(der);
  const { keyType, certificateSha256 } = certificateFacts(der);
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    serial: certificate.serialNumber,
    sha256: certificateSha256,
    keyType,
    bytes: der.length,
    notBeforeUnixMs: Date.parse(certificate.validFrom),
    notAfterUnixMs: Date.parse(certificate.validTo),
  };
};

/** A name on one line, as certificates are quoted. */
const nameOf = (lines: string): string => lines.split('\n').join(', ');

/** The order of the authorities counts: some servers have it in the context of a session. */
const clientCertificateReport = (authorities: readonly Buffer[] | undefined): ProtocolReport['clientCertificate'] =>
  authorities === undefined ? null : { authorities: authorities.length, authoritiesHash: shortHash(Buffer.concat(authorities)) };
