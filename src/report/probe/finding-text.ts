import type { Mechanism } from '../../domain/kind.ts';
import type { Evidence, ProbeFinding } from '../../domain/probe-finding.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import { oneLine } from '../safe-text.ts';
import { failureText } from '../text/failure.ts';
import { counted, formatShare, grouped } from '../text/units.ts';
import { addressList, type Addresses } from './address-text.ts';
import { dateText } from './date-text.ts';

/** A finding as a line: its weight and {@link findingSentence}. */
export const findingText = (finding: ProbeFinding, record: Addresses): string =>
  `${finding.weight}: ${findingSentence(finding, record)}`;

/** A finding in words: the addresses that it is about, what is wrong, its evidence, and what to do. */
export const findingSentence = (finding: ProbeFinding, record: Addresses): string =>
  oneLine(`${subjectOf(finding, record)}: ${sentence(finding)}`);

/** The addresses and the protocol that a finding is about. */
const subjectOf = ({ addresses, protocol }: ProbeFinding, record: Addresses): string =>
  [addressList(record, addresses), ...(protocol === null ? [] : [protocolLabel(protocol)])].join(', ');

const sentence = (finding: ProbeFinding): string => {
  switch (finding.code) {
    case 'unreachable':
      return `not reachable: ${failureText(finding.evidence.failure)}. Clients that are sent there wait or fail. Bring it back, or take it out of the addresses of the name.`;
    case 'protocol-missing':
      return `this protocol is not negotiated: ${failureText(finding.evidence.failure)}. ${othersText(finding.evidence)}`;
    case 'no-resumption':
      return finding.evidence.tries === 0
        ? 'nothing resumes, because the server hands out nothing to resume with. Every connection is a full handshake. Switch on session tickets, or a session cache.'
        : `nothing resumes: ${noneText(finding.evidence.tries)}. Every connection is a full handshake. Switch on session tickets, or a session cache.`;
    case 'no-ticket':
      return `no ticket came with ${counted(finding.evidence.handshakes, 'full handshake')}, although the client asked for one. Unless that is intended, switch on session tickets.`;
    case 'tickets-never-honoured':
      return `tickets are handed out, but ${noneText(finding.evidence.tries)} by ${MECHANISM_TEXT[finding.evidence.mechanism]}${excluded(finding.evidence.high)}. Check that every process of the server has the same ticket key, and that a session ID context is set.`;
    case 'session-ids-never-honoured':
      return `session IDs are handed out, but ${noneText(finding.evidence.tries)} by session ID${excluded(finding.evidence.high)}. Give the server a session cache that all of its processes share.`;
    case 'keys-not-shared':
      return `${apartText(finding.evidence)} The addresses form ${counted(finding.evidence.groups, 'group')}, and a session resumes only within its own. Give all of them the same ticket key, and rotate it on all of them together.`;
    case 'same-key-other-certificate':
      return `the ticket key is the same (name ${finding.evidence.keyName}), yet ${honouredText(finding.evidence)} across the two certificates: serial ${finding.evidence.serial} by ${finding.evidence.issuer} here, serial ${finding.evidence.otherSerial} by ${finding.evidence.otherIssuer} there. Some servers bind sessions to their certificate. Install the same one on all addresses.`;
    case 'same-key-other-authorities':
      return `the ticket key is the same (name ${finding.evidence.keyName}), yet ${honouredText(finding.evidence)} across the two lists of authorities for client certificates (${finding.evidence.authoritiesHash} here, ${finding.evidence.otherAuthoritiesHash} there). Some servers bind sessions to that list. Install the same one, in the same order, on all addresses.`;
    case 'same-key-declined':
      return `the ticket key is the same (name ${finding.evidence.keyName}), yet ${honouredText(finding.evidence)}, and nothing was seen that explains it. Compare the configurations: session ID context, virtual server, verification of clients.`;
    case 'some-tickets-declined':
      return `some of its own sessions are declined: ${honouredText(finding.evidence)} by ${MECHANISM_TEXT[finding.evidence.mechanism]} (${formatShare(finding.evidence.low)} to ${formatShare(finding.evidence.high)} with 95% confidence). Look for a process, or a server at the same address, with another ticket key or cache.`;
    case 'behind-a-balancer':
      return `${counted(finding.evidence.keyNames, 'ticket key')} alternate at this address, and ${honouredText(finding.evidence)}: more than one server or process answers. Give all of them the same ticket key; to see which is which, probe each by its own address.`;
    case 'key-rotated':
      return `the ticket key changed while it was probed: ${counted(finding.evidence.keyNames, 'name')} within ${counted(finding.evidence.withinS, 'second')}. A session is declined once its key is gone. Keep previous keys for decryption for the lifetime of a ticket.`;
    case 'single-use':
      return `a session resumes only once by ${MECHANISM_TEXT[finding.evidence.mechanism]}: offered again, it was declined. That protects 0-RTT from replay; clients with several connections at once need a ticket for each.`;
    case 'parameters-differ':
      return `${finding.evidence.parameter} is ${finding.evidence.value} here, but ${finding.evidence.otherValue} where its sessions were offered; a session resumes only where it is the same. Configure all addresses alike.`;
    case 'family-differs':
      return `${honouredText(finding.evidence)} across IPv4 and IPv6, although sessions resume within each. Clients change between the two. Give the servers of both families the same ticket key.`;
    case 'staple':
      return stapleSentence(finding.evidence);
    case 'certificate-expires':
      return finding.evidence.daysLeft < 0
        ? `the certificate of ${finding.evidence.subject} expired on ${dateText(finding.evidence.notAfterUnixMs)}. Renew it.`
        : `the certificate of ${finding.evidence.subject} expires on ${dateText(finding.evidence.notAfterUnixMs)}, in ${counted(finding.evidence.daysLeft, 'day')}. Renew it in time.`;
    case 'no-forward-secrecy':
      return `${finding.evidence.cipher} has no forward secrecy: the key of the certificate decrypts recorded connections. Offer suites with ECDHE only.`;
    case 'no-extended-master-secret':
      return 'the extended master secret (RFC 7627) is missing, so a session is not bound to its handshake. Update the TLS library of the server, or switch it on.';
    case 'legacy-protocol':
      return `${finding.evidence.version.replace('TLSv', 'TLS ')} is accepted, which RFC 8996 forbids. Switch it off.`;
    case 'prediction-missed':
      return predictionSentence(finding.evidence);
    default:
      return unknownFinding(finding);
  }
};

/** The words for each mechanism. */
export const MECHANISM_TEXT: Readonly<Record<Mechanism, string>> = {
  'session-id': 'session ID',
  ticket: 'ticket',
  psk: 'PSK',
  'psk-stateful': 'stateful PSK',
};

const othersText = ({ negotiatedBy }: Evidence<'protocol-missing'>): string =>
  negotiatedBy === 0
    ? 'No address negotiates it.'
    : `${counted(negotiatedBy, 'other address negotiates', 'other addresses negotiate')} it, and a session from there is lost here. Enable it on all addresses or on none.`;

const apartText = ({ largest, basis }: Evidence<'keys-not-shared'>): string =>
  basis === 'names'
    ? `the ticket key has another name than that of the largest group (${counted(largest, 'address', 'addresses')}).`
    : `sessions of the largest group (${counted(largest, 'address', 'addresses')}) are declined here.`;

const noneText = (tries: number): string =>
  tries === 1 ? 'the one attempt was not honoured' : `none of ${counted(tries, 'attempt')} was honoured`;

/** The share that a number of attempts without success leaves possible. */
const excluded = (high: number): string => ` (more than ${formatShare(high)} is excluded with 95% confidence)`;

const honouredText = ({ tries, honoured }: { readonly tries: number; readonly honoured: number }): string =>
  `${grouped(honoured)} of ${counted(tries, 'attempt was', 'attempts were')} honoured`;

const stapleSentence = ({ status, nextUpdateUnixMs, thisUpdateUnixMs }: Evidence<'staple'>): string => {
  switch (status) {
    case 'stale':
      return `the stapled OCSP response is stale${nextUpdateUnixMs === undefined ? '' : `: it was valid until ${dateText(nextUpdateUnixMs)}`}. Clients that check it reject the connection. See that the server can reach its responder.`;
    case 'not-yet-valid':
      return `the stapled OCSP response is not yet valid${thisUpdateUnixMs === undefined ? '' : `: it begins on ${dateText(thisUpdateUnixMs)}`}. Compare the clocks of the server and of this machine.`;
    case 'revoked':
      return 'the stapled OCSP response says that the certificate is revoked. Replace the certificate.';
    case 'unknown':
      return 'the stapled OCSP response says that the responder does not know the certificate. Check that the responder is that of its issuer.';
    case 'other-certificate':
      return 'the stapled OCSP response is for another certificate. Fetch it anew after a renewal.';
    case 'bad-signature':
      return 'the signature of the stapled OCSP response is wrong. Check that the responder is that of the issuer.';
    case 'missing':
      return 'no OCSP response is stapled. If the certificate names a responder, switch on stapling.';
    default:
      return `the stapled OCSP response cannot be used (${status}). Fetch it anew.`;
  }
};

const predictionSentence = (evidence: Evidence<'prediction-missed'>): string =>
  `the map predicts that ${formatShare(evidence.predicted)} of the sessions resume (${formatShare(evidence.low)} to ${formatShare(evidence.high)}), but ${honouredText(evidence)} by way of the name (${formatShare(evidence.measuredLow)} to ${formatShare(evidence.measuredHigh)}). Look for servers that were not probed, or for a balancer that does not send every client anywhere.`;

/** The text for a code that a newer version has recorded. */
const unknownFinding = (finding: never): string => `a finding of another version of resumark: ${JSON.stringify(finding)}.`;
