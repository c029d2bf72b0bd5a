import { expect, it } from 'vitest';
import { FINDING_CODES, type FindingCode, type ProbeFinding } from '../../../src/domain/probe-finding.ts';
import { findingText } from '../../../src/report/probe/finding-text.ts';
import { expectGolden } from '../golden.ts';
import { unshared } from './examples.ts';

const TRIED = { tries: 16, honoured: 15 };
const NEVER = { tries: 16, failed: 0, excludes: 0.1708 };

const PAIRS = {
  pairs: [
    { from: 'a.example', to: 'b.example' },
    { from: null, to: 'a.example' },
  ],
};

/** The evidence of every finding, in each of its forms. */
const EVIDENCE: { readonly [Code in FindingCode]: readonly Extract<ProbeFinding, { code: Code }>['evidence'][] } = {
  unreachable: [{ reason: 'connect-timeout' }],
  'no-handshake': [{ failure: 'alert:certificate_required' }, { failure: 'alert:unrecognized_name' }],
  'starttls-failed': [{ failure: 'starttls:refused 454 TLS not available' }, { failure: 'starttls:timeout' }],
  'starttls-injection': [{}],
  'protocol-missing': [{ failure: 'alert:protocol_version' }],
  'weak-ticket-key': [
    { pattern: 'zero', cipher: 'aes-256-cbc' },
    { pattern: 'own-name', cipher: 'aes-128-cbc' },
  ],
  'resumes-across-client-authentication': [PAIRS],
  'resumes-across-certificates': [PAIRS],
  'resumes-across-ports': [{ reference: 0, ...PAIRS }],
  'resumes-across-names': [PAIRS, { pairs: Array.from({ length: 6 }, (_, i) => ({ from: null, to: `${String(i)}.example` })) }],
  'no-resumption': [{}],
  'no-ticket': [{}],
  'tickets-never-honoured': [
    { mechanism: 'psk', ...NEVER },
    { mechanism: 'ticket', ...NEVER, failed: 2 },
    { mechanism: 'psk-stateful', tries: 0, failed: 8, excludes: 1 },
  ],
  'session-ids-never-honoured': [{ mechanism: 'session-id', ...NEVER }],
  'keys-not-shared': [
    { groups: 3, of: 5, oneWay: 0 },
    { groups: 2, of: 5, oneWay: 1 },
  ],
  'same-key-other-certificate': [
    { reference: 0, chain: 'leaf', serial: '01', otherSerial: '02', issuer: 'CN=CA', otherIssuer: 'CN=Other CA' },
    { reference: 0, chain: 'intermediates', serial: '', otherSerial: '03', issuer: '', otherIssuer: 'CN=Root' },
  ],
  'same-key-other-authorities': [
    { reference: 0, authorities: 2, otherAuthorities: 2, hash: 'aaaa1111', otherHash: 'bbbb2222' },
    { reference: 0, authorities: 0, otherAuthorities: 2, hash: '', otherHash: 'bbbb2222' },
  ],
  'same-key-declined': [{ reference: 0, tries: 16 }],
  'some-tickets-declined': [
    { mechanism: 'psk', ...TRIED, names: 2 },
    { mechanism: 'session-id', ...TRIED, names: 0 },
  ],
  'behind-a-balancer': [{ mechanism: 'ticket', tries: 16, honoured: 7, names: 2 }],
  'key-rotated': [{ ...TRIED, names: 2 }],
  'single-use': [{ mechanism: 'psk' }],
  'parameters-differ': [
    { reference: 0, parameter: 'cipher', value: 'TLS_AES_128_GCM_SHA256', other: 'TLS_AES_256_GCM_SHA384' },
    { reference: 0, parameter: 'alpn', value: '', other: 'h2' },
  ],
  'family-differs': [
    { family: 'IPv6', what: 'reachable', reason: 'unreachable:ENETUNREACH' },
    { family: 'IPv4', what: 'resumption' },
    { family: 'IPv6', what: 'keys' },
  ],
  staple: [
    { status: 'stale', nextUpdateUnixMs: Date.UTC(2026, 10, 8), others: 4 },
    { status: 'missing', others: 0, required: true },
    ...['revoked', 'unknown', 'not-yet-valid', 'other-certificate', 'bad-signature', 'unreadable', 'missing'].map((status) => ({
      status,
      others: 0,
    })),
  ],
  'certificate-rejected': [{ subject: 'CN=edge.example', reason: 'depth_zero_self_signed_cert' }],
  'certificate-expires': [
    { subject: 'CN=a.example', serial: '01', notAfterUnixMs: Date.UTC(2026, 11, 3), days: 3 },
    { subject: 'CN=a.example', serial: '01', notAfterUnixMs: Date.UTC(2026, 10, 3), days: -26 },
  ],
  'no-forward-secrecy': [{ cipher: 'AES128-GCM-SHA256' }],
  'no-extended-master-secret': [{}],
  'legacy-protocol': [{ version: 'TLSv1.1' }],
  'rotates-later': [
    { after: 0, lowMs: 20_000, highMs: 40_000 },
    { after: 0, lowMs: 20_000, highMs: null },
  ],
  'no-grace': [{ mostMs: 10_000 }],
  'key-not-rotated': [{ limitMs: 86_400_000 }],
  'session-outlives': [{ limitMs: 604_800_000 }],
  'chain-outlives': [{ limitMs: 604_800_000 }],
  'prediction-missed': [
    {
      predicted: 0.5,
      predictedLow: 0.4,
      predictedHigh: 0.6,
      measured: 0.18,
      measuredLow: 0.13,
      measuredHigh: 0.24,
      tries: 200,
    },
  ],
};

it('says every finding in a sentence', () => {
  const findings = FINDING_CODES.flatMap((code) =>
    EVIDENCE[code].map(
      (evidence) => ({ code, weight: 'problem', addresses: [1, 4], protocol: 'TLSv1.3', evidence }) as ProbeFinding,
    ),
  );
  expectGolden('probe-findings.txt', `${findings.map((finding) => findingText(finding, unshared())).join('\n')}\n`);
});

it('names the first of many addresses, and all where the list is empty', () => {
  const finding = { code: 'no-ticket', weight: 'warning', protocol: null, evidence: {} } as const;
  const many = { addresses: Array.from({ length: 9 }, () => unshared().addresses).flat() };
  expect(findingText({ ...finding, addresses: [] }, many)).toMatch(/^warning: all addresses: no ticket came/u);
  expect(findingText({ ...finding, addresses: [0, 1, 2, 3, 4, 5, 6] }, many)).toMatch(
    /^warning: 10\.0\.0\.1:443 and 6 others: /u,
  );
});
