import { expect, it } from 'vitest';
import type { ExpectationResult, UnmetReason } from '../../../src/domain/probe-expectation.ts';
import { expectationLines } from '../../../src/report/probe/expectation-text.ts';
import { unshared } from './examples.ts';

const unmet = (expectation: ExpectationResult['expectation'], why: UnmetReason): ExpectationResult => ({
  expectation,
  holds: false,
  address: 3,
  why,
});

const AT = 'does not hold at 10.0.0.4:443:';

it.each<[ExpectationResult, string]>([
  [{ expectation: 'ticket', holds: true, addresses: 1 }, 'ticket holds at 1 address.'],
  [
    unmet('psk', { reason: 'no-handshake', failure: 'refused:ECONNREFUSED' }),
    `psk ${AT} no handshake finished, the connection was refused (ECONNREFUSED).`,
  ],
  [unmet('psk', { reason: 'protocol-missing', protocol: 'TLSv1.3' }), `psk ${AT} TLS 1.3 is not negotiated, which it needs.`],
  [
    unmet('ticket', { reason: 'not-tried', protocol: 'TLSv1.2' }),
    `ticket ${AT} TLS 1.2 gave nothing that could be offered again (a ticket).`,
  ],
  [
    { expectation: 'ocsp', holds: false, address: null, why: { reason: 'not-tried', protocol: null } },
    'ocsp does not hold: nothing was seen that could show it.',
  ],
  [
    unmet('psk', { reason: 'declined', protocol: 'TLSv1.3', tries: 8, honoured: 1 }),
    `psk ${AT} in TLS 1.3 only 1 of 8 attempts were honoured.`,
  ],
  [
    unmet('shared-keys', { reason: 'one-address' }),
    `shared-keys ${AT} no other address of the name was probed, and it takes two to share; name all nodes as targets.`,
  ],
  [
    unmet('shared-keys', { reason: 'other-group', groups: 2, largest: 1, of: 2 }),
    `shared-keys ${AT} none of 2 addresses resumes a session of another.`,
  ],
  [
    unmet('shared-keys', { reason: 'other-group', groups: 3, largest: 2, of: 4 }),
    `shared-keys ${AT} of 4 addresses in 3 groups, at most 2 resume each other's sessions, and this one is not among them.`,
  ],
  [
    unmet('forward-secrecy', { reason: 'no-forward-secrecy', protocol: 'TLSv1.2', cipher: 'AES128-SHA\n' }),
    `forward-secrecy ${AT} TLS 1.2 negotiates AES128-SHA\uFFFD, which has none.`,
  ],
  [
    unmet('ocsp', { reason: 'staple', protocol: 'TLSv1.2', status: 'missing' }),
    `ocsp ${AT} no OCSP response is stapled in TLS 1.2.`,
  ],
  [
    unmet('ocsp', { reason: 'staple', protocol: 'TLSv1.3', status: 'stale' }),
    `ocsp ${AT} the stapled OCSP response of TLS 1.3 is judged stale.`,
  ],
  [unmet('no-legacy', { reason: 'legacy', version: 'TLSv1.0', answer: 'accepted' }), `no-legacy ${AT} TLS 1.0 is accepted.`],
  [
    unmet('no-legacy', { reason: 'legacy', version: 'TLSv1.1', answer: 'no-answer' }),
    `no-legacy ${AT} there was no answer to TLS 1.1, which may be accepted.`,
  ],
])('says whether and why not: %j', (result, sentence) => {
  expect(expectationLines([result], unshared())).toEqual([sentence]);
});

it('begins with what does not hold', () => {
  const lines = expectationLines(
    [{ expectation: 'ticket', holds: true, addresses: 5 }, unmet('shared-keys', { reason: 'one-address' })],
    unshared(),
  );
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['shared-keys', 'ticket']);
});
