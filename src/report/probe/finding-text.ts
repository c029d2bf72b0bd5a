import type { Mechanism } from '../../domain/kind.ts';
import type { Evidence, ProbeFinding } from '../../domain/probe-finding.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import type { WeakKeyPattern } from '../../domain/weak-key.ts';
import { oneLine } from '../safe-text.ts';
import { failureText } from '../text/failure.ts';
import { counted, formatShare, grouped } from '../text/units.ts';
import { addressList, addressName, type Addresses } from './address-text.ts';
import { dateText, minuteText } from './date-text.ts';
import { overTimeSentence } from './over-time-text.ts';

/** A finding as a line: its weight and {@link findingSentence}. */
export const findingText = (finding: ProbeFinding, record: Addresses): string =>
  `${finding.weight}: ${findingSentence(finding, record)}`;

/** A finding in words: the addresses that it is about, what is wrong, its evidence, and what to do. */
export const findingSentence = (finding: ProbeFinding, record: Addresses): string =>
  oneLine(`${subjectOf(finding, record)}: ${sentence(finding, record)}`);

/** The words for each mechanism. */
export const MECHANISM_TEXT: Readonly<Record<Mechanism, string>> = {
  'session-id': 'session ID',
  ticket: 'ticket',
  psk: 'PSK',
  'psk-stateful': 'stateful PSK',
};

/** The addresses and the protocol that a finding is about. */
const subjectOf = ({ addresses, protocol }: ProbeFinding, record: Addresses): string =>
  [addressList(record, addresses), ...(protocol === null ? [] : [protocolLabel(protocol)])].join(', ');

const sentence = (finding: ProbeFinding, record: Addresses): string => {
  switch (finding.code) {
    case 'unreachable':
      return `not reachable: ${failureText(finding.evidence.reason)}. Clients that are sent there wait or fail. Bring it back, or take it out of the addresses of the name.`;
    case 'no-handshake':
      return `TCP connects, but no handshake finishes: ${failureText(finding.evidence.failure)}. ${handshakeAdvice(finding.evidence.failure)}`;
    case 'starttls-failed':
      return `TCP connects, but ${failureText(finding.evidence.failure)}. Check that the server offers TLS there, and that the port is that of the protocol which --starttls names.`;
    case 'starttls-injection':
      return 'text in plaintext follows the agreement to begin TLS. Whoever is on the way can have put it there, and a client that takes it for a part of the encrypted dialogue is deceived (CVE-2011-0411). Have the server drop its buffers when TLS begins, and look for who wrote it.';
    case 'protocol-missing':
      return `the handshake fails, although other addresses negotiate this protocol: ${failureText(finding.evidence.failure)}. A session that is made there is lost here. Enable the protocol on all addresses or on none.`;
    case 'weak-ticket-key':
      return `the key of the tickets can be guessed: ${WEAK_KEY_TEXT[finding.evidence.pattern]} (${finding.evidence.cipher.toUpperCase()}) opened a ticket of our own session, and its secret was in there. Whoever has recorded such a ticket can ${finding.protocol === 'TLSv1.3' ? 'read the early data that was sent with it, and take the place of the server when it is resumed' : 'read the connection that it came in, and those that it resumed'}. Make a random key at once, and drop all sessions.`;
    case 'resumes-across-client-authentication':
      return `${acrossText(finding.evidence)}, and one of the two asks for a client certificate, which is not sent when a session resumes: what was checked for one name counts for the other (CVE-2025-23419, CVE-2025-23048). Update the server, or give each name a ticket key and a session cache of its own.`;
    case 'resumes-across-certificates':
      return `${acrossText(finding.evidence)}, although the certificates differ: a client takes one server for the other, and never sees its certificate. Give each name a ticket key and a session cache of its own, or one certificate to both.`;
    case 'resumes-across-ports':
      return `sessions of ${addressName(record, finding.evidence.reference)} resume at this other port (${pairsText(finding.evidence)}). Unless both are one service, give each a ticket key of its own.`;
    case 'resumes-across-names':
      return `${acrossText(finding.evidence)}. On one listener and with the same certificate, servers mean that to be so.`;
    case 'no-resumption':
      return 'nothing to resume: neither a ticket nor a session ID came. Every connection is a full handshake. Switch on session tickets, or a session cache.';
    case 'no-ticket':
      return `no ticket came, although the client asked for one${finding.protocol === 'TLSv1.3' ? ', so nothing resumes' : ''}. Unless that is intended, switch on session tickets.`;
    case 'tickets-never-honoured':
      return `tickets are handed out, but ${noneText(finding.evidence)}. Check that every process of the server has the same ticket key, and that a session ID context is set.`;
    case 'session-ids-never-honoured':
      return `session IDs are handed out, but ${noneText(finding.evidence)}. Give the server a session cache that all of its processes share.`;
    case 'keys-not-shared':
      return `sessions are not shared: ${grouped(finding.evidence.of)} addresses that resume form ${counted(finding.evidence.groups, 'group')}, and a session resumes only within its own${oneWayText(finding.evidence)}. Give all of them the same ticket key, and rotate it on all of them together.`;
    case 'same-key-other-certificate':
      return certificateSentence(finding.evidence, addressName(record, finding.evidence.reference));
    case 'same-key-other-authorities':
      return authoritiesSentence(finding.evidence, addressName(record, finding.evidence.reference));
    case 'same-key-declined':
      return `the ticket key has the same name as at ${addressName(record, finding.evidence.reference)}, yet sessions between the two are declined (${counted(finding.evidence.tries, 'attempt')} in all), and nothing was seen that explains it. Compare the configurations: session ID context, virtual server, verification of clients.`;
    case 'some-tickets-declined':
      return `some of its own sessions are declined: ${honouredText(finding.evidence)} by ${MECHANISM_TEXT[finding.evidence.mechanism]}${namesText(finding.evidence)}. Look for a process, or a server at the same address, with another ticket key or cache.`;
    case 'behind-a-balancer':
      return `more than one server or process answers at this address: ${honouredText(finding.evidence)} by ${MECHANISM_TEXT[finding.evidence.mechanism]}${namesText(finding.evidence)}. Give all of them the same ticket key; to see which is which, probe each by its own address.`;
    case 'key-rotated':
      return `the ticket key changed while it was probed (${counted(finding.evidence.names, 'name')} one after the other); ${honouredText(finding.evidence)}. A session is declined once its key is gone: keep previous keys for decryption for the lifetime of a ticket.`;
    case 'single-use':
      return `a session resumes only once by ${MECHANISM_TEXT[finding.evidence.mechanism]}: offered again, it was declined. That protects 0-RTT from replay; a client with several connections at once needs a ticket for each.`;
    case 'parameters-differ':
      return `${PARAMETER_TEXT[finding.evidence.parameter]} is ${finding.evidence.value || 'none'}, but ${finding.evidence.other || 'none'} at ${addressName(record, finding.evidence.reference)}. Configure both alike.`;
    case 'family-differs':
      return familySentence(finding.evidence);
    case 'staple':
      return stapleSentence(finding.evidence);
    case 'certificate-rejected':
      return `the certificate of ${finding.evidence.subject} is rejected (${finding.evidence.reason}), and a client that verifies it has no session at all. Give its authority with --cacert, name the host with --servername, or leave the check out with --insecure.`;
    case 'certificate-expires':
      return finding.evidence.days < 0
        ? `the certificate of ${finding.evidence.subject} expired on ${dateText(finding.evidence.notAfterUnixMs)}. Renew it.`
        : `the certificate of ${finding.evidence.subject} expires on ${dateText(finding.evidence.notAfterUnixMs)}, in ${counted(finding.evidence.days, 'day')}. Renew it in time.`;
    case 'no-forward-secrecy':
      return `${finding.evidence.cipher} has no forward secrecy: the key of the certificate decrypts recorded connections. Offer suites with ECDHE only.`;
    case 'no-extended-master-secret':
      return 'the extended master secret (RFC 7627) is missing, so a session is not bound to its handshake. Update the TLS library of the server, or switch it on.';
    case 'legacy-protocol':
      return `${finding.evidence.version.replace('TLSv', 'TLS ')} is accepted, which RFC 8996 forbids. Switch it off.`;
    case 'prediction-missed':
      return predictionSentence(finding.evidence);
    case 'rotates-later':
    case 'no-grace':
    case 'key-not-rotated':
    case 'session-outlives':
    case 'chain-outlives':
      return overTimeSentence(finding, record);
    default:
      return unknownFinding(finding);
  }
};

/** `sessions resume under another name (a.example to b.example, no name to a.example)`. */
const acrossText = (evidence: Evidence<'resumes-across-names'>): string =>
  `sessions resume under another name than that which they were made under (${pairsText(evidence)})`;

/** The most pairs of names that are listed. */
const MOST_PAIRS = 4;

const pairsText = ({ pairs }: Evidence<'resumes-across-names'>): string => {
  const listed = pairs.slice(0, MOST_PAIRS).map(({ from, to }) => `${from ?? 'no name'} to ${to ?? 'no name'}`);
  const others = pairs.slice(MOST_PAIRS);
  return `${listed.join(', ')}${others.length === 0 ? '' : ` and ${counted(others.length, 'other')}`}`;
};

const WEAK_KEY_TEXT: Readonly<Record<WeakKeyPattern, string>> = {
  zero: 'a key of zeros',
  'one-byte': 'a key of one byte again and again',
  'half-zero': 'a key of 16 bytes that are the same and 16 zeros',
  counting: 'a key of bytes that count',
  'own-name': 'its name, which each ticket shows in clear,',
};

const PARAMETER_TEXT: Readonly<Record<Evidence<'parameters-differ'>['parameter'], string>> = {
  cipher: 'the cipher suite',
  group: 'the group of the key exchange',
  alpn: 'the application protocol (ALPN)',
  'extended-master-secret': 'the use of the extended master secret',
};

/** `none of 16 attempts by ticket was honoured (a share above 17.1% is excluded with 95% confidence)`. */
const noneText = ({ mechanism, tries, failed, excludes }: Evidence<'tickets-never-honoured'>): string =>
  [
    ...(tries === 0
      ? []
      : [
          `none of ${counted(tries, 'attempt')} by ${MECHANISM_TEXT[mechanism]} was honoured (a share above ${formatShare(excludes)} is excluded with 95% confidence)`,
        ]),
    ...(failed === 0 ? [] : [`the server broke off ${counted(failed, 'connection')} in which one was offered`]),
  ].join(', and ');

const oneWayText = ({ oneWay }: Evidence<'keys-not-shared'>): string =>
  oneWay === 0 ? '' : `; between ${counted(oneWay, 'pair')} of groups, sessions resume in one direction`;

const honouredText = ({ tries, honoured }: { readonly tries: number; readonly honoured: number }): string =>
  `${grouped(honoured)} of ${counted(tries, 'attempt was', 'attempts were')} honoured`;

/** Tickets may have no names. */
const namesText = ({ names }: { readonly names: number }): string =>
  names === 0 ? '' : `, and tickets came under ${counted(names, 'key name')}`;

const certificateSentence = (evidence: Evidence<'same-key-other-certificate'>, reference: string): string => {
  const { chain, serial, issuer, otherSerial, otherIssuer } = evidence;
  return `the ticket key has the same name as at ${reference}, yet sessions between the two are declined. ${chain === 'leaf' ? 'Their certificates differ' : 'Their chains differ in an intermediate certificate'}: ${certificateText(serial, issuer)} here, ${certificateText(otherSerial, otherIssuer)} there. Servers that bind sessions to their certificates decline such sessions. Install the same chain on all addresses.`;
};

const certificateText = (serial: string, issuer: string): string => (serial === '' ? 'none' : `serial ${serial} by ${issuer}`);

const authoritiesSentence = (evidence: Evidence<'same-key-other-authorities'>, reference: string): string => {
  const { authorities, hash, otherAuthorities, otherHash } = evidence;
  return `the ticket key has the same name as at ${reference}, yet sessions between the two are declined. Their authorities for client certificates differ: ${authoritiesText(authorities, hash)} here, ${authoritiesText(otherAuthorities, otherHash)} there. Servers that bind sessions to that list decline such sessions. Install the same list, in the same order, on all addresses.`;
};

const authoritiesText = (authorities: number, hash: string): string =>
  hash === '' ? 'no client certificate is asked for' : `${grouped(authorities)} (list ${hash})`;

const familySentence = ({ family, what, reason }: Evidence<'family-differs'>): string => {
  const other = family === 'IPv4' ? 'IPv6' : 'IPv4';
  switch (what) {
    case 'reachable':
      return `no ${family} address is reachable${reason === undefined ? '' : `: ${failureText(reason)}`}; all ${other} addresses are. Clients that prefer ${family} wait before they fall back. First check that this machine itself has ${family}; then repair it there, or take these addresses out of DNS.`;
    case 'resumption':
      return `sessions resume at no ${family} address, but at all ${other} addresses. Configure the servers of both families alike.`;
    case 'keys':
      return `the ticket keys of ${family} are not those of ${other}: a client that changes between the two makes a full handshake. Give the servers of both families the same ticket key.`;
  }
};

const stapleSentence = ({ status, nextUpdateUnixMs, others, required }: Evidence<'staple'>): string =>
  [
    stapleText(status, nextUpdateUnixMs),
    ...(required === true
      ? ['The certificate demands a good one ("must staple"), and clients that heed that reject it without.']
      : []),
    ...(others === 0 ? [] : [`${counted(others, 'other address', 'other addresses')} sent a good one.`]),
    STAPLE_ADVICE[status] ?? 'Have the server fetch it anew.',
  ].join(' ');

const stapleText = (status: string, nextUpdateUnixMs: number | undefined): string => {
  switch (status) {
    case 'stale':
      return `the stapled OCSP response is stale${nextUpdateUnixMs === undefined ? '' : `: it was valid until ${minuteText(nextUpdateUnixMs)}`}.`;
    case 'missing':
      return 'no OCSP response is stapled.';
    case 'other-certificate':
      return 'the stapled OCSP response is for another certificate.';
    case 'bad-signature':
      return 'the signature of the stapled OCSP response is wrong.';
    case 'not-yet-valid':
      return 'the stapled OCSP response is not valid yet.';
    case 'unreadable':
      return 'the stapled OCSP response cannot be read.';
    default:
      return `the stapled OCSP response has the status ${status}.`;
  }
};

const STAPLE_ADVICE: Readonly<Record<string, string>> = {
  stale: 'Clients that check it reject the connection. See that the server reaches its responder.',
  missing: 'If the certificate names a responder, switch on stapling.',
  revoked: 'Replace the certificate.',
  unknown: 'Check that the responder is that of the issuer of the certificate.',
  'bad-signature': 'Check that the responder is that of the issuer of the certificate.',
  'not-yet-valid': 'Compare the clocks of the server, of its responder and of this machine.',
};

const predictionSentence = (evidence: Evidence<'prediction-missed'>): string => {
  const { predicted, predictedLow, predictedHigh, measured, measuredLow, measuredHigh, tries } = evidence;
  return `the map predicts that ${formatShare(predicted)} of the sessions resume by way of the name (${formatShare(predictedLow)} to ${formatShare(predictedHigh)}), but ${formatShare(measured)} of ${grouped(tries)} did (${formatShare(measuredLow)} to ${formatShare(measuredHigh)}). Look for servers that were not probed, or for a balancer that sends a client back to the same server.`;
};

/** The text for a code that a newer version has recorded. */
const unknownFinding = (finding: never): string => `a finding of another version of resumark: ${JSON.stringify(finding)}.`;

const handshakeAdvice = (failure: string): string =>
  failure === 'alert:certificate_required'
    ? 'The server demands a client certificate: give one with --cert and --key.'
    : 'Check that the port speaks TLS, and the name that is asked for (SNI).';
