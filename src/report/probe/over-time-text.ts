import type { ProbeFinding } from '../../domain/probe-finding.ts';
import { addressName, type Addresses } from './address-text.ts';
import { bracketText, spanText } from './span-text.ts';

/** A finding that only a watch makes. */
type OverTimeFinding = Extract<
  ProbeFinding,
  { code: 'rotates-later' | 'no-grace' | 'key-not-rotated' | 'session-outlives' | 'chain-outlives' }
>;

/** What is wrong over time, its evidence, and what to do. */
export const overTimeSentence = (finding: OverTimeFinding, record: Addresses): string => {
  switch (finding.code) {
    case 'rotates-later':
      return `new ticket keys come ${bracketText(finding.evidence)} later than at ${addressName(record, finding.evidence.after)}, whose new tickets it cannot read meanwhile. Give all addresses the new key for reading first, and use it for new tickets when all have it.`;
    case 'no-grace':
      return `tickets of a key that was replaced are declined, at most ${spanText(finding.evidence.mostMs)} later: each rotation is a wave of full handshakes. Keep the previous key for reading.`;
    case 'key-not-rotated':
      return `one ticket key has been in use for more than ${spanText(finding.evidence.limitMs)}: whoever gets it can read the sessions of all that time. Rotate it.`;
    case 'session-outlives':
      return `a session was honoured after more than ${spanText(finding.evidence.limitMs)}, the longest that RFC 8446 allows. Shorten the lifetime of sessions.`;
    case 'chain-outlives':
      return `a session that is renewed on each use was honoured more than ${spanText(finding.evidence.limitMs)} after its full handshake, and may live for ever. Have renewed sessions keep the time of the first one, or rotate the ticket key without keeping old ones for so long.`;
  }
};
