import type { Expectation, ExpectationResult, UnmetReason } from '../../domain/probe-expectation.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import { oneLine } from '../safe-text.ts';
import { failureText } from '../text/failure.ts';
import { counted, grouped } from '../text/units.ts';
import { addressName, type Addresses } from './address-text.ts';

/** The results of `--expect`, a line each: those that do not hold first. */
export const expectationLines = (results: readonly ExpectationResult[], record: Addresses): string[] =>
  results.toSorted((a, b) => Number(a.holds) - Number(b.holds)).map((result) => expectationSentence(result, record));

/** The result of one expectation: `ticket holds at 5 addresses.`, or the address at which it does not hold, and why. */
export const expectationSentence = (result: ExpectationResult, record: Addresses): string => oneLine(sentence(result, record));

const sentence = (result: ExpectationResult, record: Addresses): string => {
  if (result.holds) return `${result.expectation} holds at ${counted(result.addresses, 'address', 'addresses')}.`;
  const { expectation, address, why } = result;
  const where = address === null ? '' : ` at ${addressName(record, address)}`;
  return `${expectation} does not hold${where}: ${reasonText(expectation, why)}.`;
};

const reasonText = (expectation: Expectation, why: UnmetReason): string => {
  switch (why.reason) {
    case 'no-handshake':
      return why.failure === '' ? 'no handshake finished' : `no handshake finished, ${failureText(why.failure)}`;
    case 'protocol-missing':
      return `${protocolLabel(why.protocol)} is not negotiated, which it needs`;
    case 'not-tried':
      return why.protocol === null
        ? 'nothing was seen that could show it'
        : `${protocolLabel(why.protocol)} gave nothing that could be offered again (${EXPECTATION_TEXT[expectation]})`;
    case 'declined':
      return `in ${protocolLabel(why.protocol)} only ${grouped(why.honoured)} of ${counted(why.tries, 'attempt was', 'attempts were')} honoured`;
    case 'one-address':
      return 'no other address of the name was probed, and it takes two to share; name all nodes as targets';
    case 'other-group':
      return why.largest < 2
        ? `none of ${counted(why.of, 'address', 'addresses')} resumes a session of another`
        : `of ${counted(why.of, 'address', 'addresses')} in ${counted(why.groups, 'group')}, at most ${grouped(why.largest)} resume each other's sessions, and this one is not among them`;
    case 'no-forward-secrecy':
      return `${protocolLabel(why.protocol)} negotiates ${why.cipher}, which has none`;
    case 'staple':
      return why.status === 'missing'
        ? `no OCSP response is stapled in ${protocolLabel(why.protocol)}`
        : `the stapled OCSP response of ${protocolLabel(why.protocol)} is judged ${why.status}`;
    case 'legacy':
      return why.answer === 'accepted'
        ? `${why.version.replace('TLSv', 'TLS ')} is accepted`
        : `there was no answer to ${why.version.replace('TLSv', 'TLS ')}, which may be accepted`;
  }
};

/** The words for what an expectation asks for. */
const EXPECTATION_TEXT: Readonly<Record<Expectation, string>> = {
  ticket: 'a ticket',
  psk: 'a PSK',
  'session-id': 'a session ID',
  'shared-keys': 'sessions that are shared',
  'forward-secrecy': 'forward secrecy',
  ocsp: 'a good OCSP staple',
  'no-legacy': 'the refusal of TLS 1.0 and 1.1',
};
