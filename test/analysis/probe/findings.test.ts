import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../src/analysis/probe/findings.ts';
import type { ProbeFinding } from '../../../src/domain/probe-finding.ts';
import { probeRecordSchema, type ProbeRecord } from '../../../src/domain/probe-record.ts';
import { sameKey } from './fleets.ts';
import { LEAF, mappedProbe, probeOf, tls12, tls13, tried, withKeys } from './probes.ts';

const DAY_MS = 24 * 3600 * 1000;

/** Findings of a record; they must be ones that a record can have. */
const found = (record: ProbeRecord): ProbeFinding[] => {
  const findings = findingsOf(record);
  probeRecordSchema.parse({ ...record, findings });
  return findings;
};

const codes = (record: ProbeRecord): string[] => found(record).map(({ code, weight }) => `${weight} ${code}`);

const allResume = (_: number, __: number, tries: number): number => tries;

const only = (record: ProbeRecord): ProbeFinding => {
  const findings = found(record);
  const [first] = findings;
  if (first === undefined || findings.length > 1) throw new Error(JSON.stringify(findings));
  return first;
};

describe('a healthy address', () => {
  it.each([
    ['with everything', [tls12({ resumption: [tried('session-id', 10), tried('ticket', 10)] }), withKeys('aaaa')]],
    ['that resumes TLS 1.3 by stateful tickets', [tls13({ resumption: [tried('psk-stateful', 10)] })]],
    ['in a map without pairs', [withKeys('aaaa')]],
    ['with several keys that all are honoured', [withKeys('abbaabab')]],
  ])('%s gives no finding', (_, protocols) => {
    expect(codes(probeOf([{ protocols }]))).toEqual([]);
  });

  it('with a cache and no tickets, or tickets and no cache, gives information at most', () => {
    const noTickets = { ...tls12().tickets, count: 0, keyNames: [], keyNameOrder: [] };
    const cacheOnly = tls12({ tickets: noTickets, resumption: [tried('session-id', 10), tried('ticket', 0, { tries: 0 })] });
    const ticketsOnly = tls12({ resumption: [tried('session-id', 0), tried('ticket', 10)] });
    expect(codes(probeOf([{ protocols: [cacheOnly] }]))).toEqual(['information no-ticket']);
    expect(codes(probeOf([{ protocols: [ticketsOnly] }]))).toEqual(['information session-ids-never-honoured']);
  });

  it('that rotates its keys by itself while all tickets are honoured gives information', () => {
    expect(only(probeOf([{ protocols: [withKeys('aaaabbbb')] }]))).toEqual({
      code: 'key-rotated',
      weight: 'information',
      addresses: [0],
      protocol: 'TLSv1.3',
      evidence: { names: 2, tries: 10, honoured: 10 },
    });
  });

  it('whose certificate lives for a few days is not warned of before a third is left', () => {
    const startedUnixMs = Date.UTC(2027, 0, 1);
    const leaf = { ...LEAF, notBeforeUnixMs: startedUnixMs - DAY_MS, notAfterUnixMs: startedUnixMs + 6 * DAY_MS };
    expect(codes(probeOf([{ protocols: [tls13({ chain: [leaf] })] }], { startedUnixMs }))).toEqual([]);
    expect(codes(probeOf([{ protocols: [tls13({ chain: [leaf] })] }], { startedUnixMs: startedUnixMs + 4 * DAY_MS }))).toEqual([
      'warning certificate-expires',
    ]);
  });
});

describe('sessions that are lost at their own address', () => {
  const none = { ...tls13().tickets, count: 0, keyNames: [], keyNameOrder: [] };

  it.each([
    ['no ticket in TLS 1.3', tls13({ tickets: none, resumption: [] }), 'problem no-ticket'],
    ['nothing in TLS 1.2', tls12({ tickets: none, sessionIdBytes: 0, resumption: [] }), 'problem no-resumption'],
    ['tickets that never resume', tls13({ resumption: [tried('psk', 0)] }), 'problem tickets-never-honoured'],
    [
      'tickets that break off the handshake',
      tls13({ resumption: [tried('psk', 0, { tries: 0, failed: { 'alert:internal_error': 10 } })] }),
      'problem tickets-never-honoured',
    ],
    [
      'session IDs that never resume',
      tls12({ tickets: { ...none, count: 1 }, resumption: [tried('session-id', 0)] }),
      'problem session-ids-never-honoured',
    ],
    [
      'a few bad tickets',
      withKeys('aaaaaaaaaaaaaaaaaaab', { resumption: [tried('psk', 98, { tries: 100 })] }),
      'problem some-tickets-declined',
    ],
    ['two servers at random', withKeys('abbabaab', { resumption: [tried('psk', 4)] }), 'problem behind-a-balancer'],
    ['two servers in turn', withKeys('abababab', { resumption: [tried('psk', 0)] }), 'problem behind-a-balancer'],
    ['half lost without a name', withKeys('', { resumption: [tried('psk', 5)] }), 'problem some-tickets-declined'],
    ['a rotation without grace', withKeys('aaaabbbbcccc', { resumption: [tried('psk', 7)] }), 'problem key-rotated'],
    [
      'a session that is good for one use',
      tls13({ resumption: [tried('psk', 10, { reused: 'declined' })] }),
      'information single-use',
    ],
  ])('%s', (_, protocol, finding) => {
    expect(codes(probeOf([{ protocols: [protocol] }]))).toEqual([finding]);
  });

  it('does not blame tickets for connections that did not come about', () => {
    const unlucky = tried('psk', 0, { tries: 0, failed: { 'connect-timeout': 10 } });
    expect(codes(probeOf([{ protocols: [tls13({ resumption: [unlucky] })] }]))).toEqual([]);
  });

  it('says what the tries exclude, over all addresses with the same fault', () => {
    const never = tls13({ resumption: [tried('psk', 0)] });
    const finding = only(probeOf([{ protocols: [never] }, { protocols: [never] }]));
    expect(finding).toMatchObject({ addresses: [], evidence: { mechanism: 'psk', tries: 20, failed: 0 } });
    expect(finding.evidence).toHaveProperty('excludes', 1 - 0.025 ** (1 / 20));
  });
});

describe('sessions that are lost between addresses', () => {
  const keys = (...names: string[]) => names.map((name) => withKeys(name.repeat(4)));

  it('names the two of five that do not share the key', () => {
    expect(only(mappedProbe(keys('a', 'b', 'a', 'c', 'a'), sameKey(['a', 'b', 'a', 'c', 'a'])))).toEqual({
      code: 'keys-not-shared',
      weight: 'problem',
      addresses: [1, 3],
      protocol: 'TLSv1.3',
      evidence: { groups: 3, of: 5, oneWay: 0 },
    });
  });

  it('finds nothing where one key is shared, or different names are honoured', () => {
    expect(codes(mappedProbe(keys('a', 'a', 'a'), allResume))).toEqual([]);
    expect(codes(mappedProbe(keys('a', 'b'), allResume))).toEqual([]);
    expect(codes(mappedProbe(keys('a'), allResume))).toEqual([]);
  });

  it('counts groups that resume in one direction', () => {
    const [finding] = found(mappedProbe(keys('a', 'b'), (from, _, tries) => (from === 0 ? tries : 0)));
    expect(finding).toMatchObject({ code: 'keys-not-shared', evidence: { oneWay: 1 } });
  });

  const differing = (change: Parameters<typeof withKeys>[1]) =>
    mappedProbe([withKeys('aaaa'), withKeys('aaaa'), withKeys('aaaa', change)], sameKey([1, 1, 2]));

  it.each([
    [
      'another certificate',
      { chain: [{ ...LEAF, serial: '99', sha256: '9'.repeat(64) }] },
      'same-key-other-certificate',
      { reference: 0, chain: 'leaf', serial: '99', otherSerial: LEAF.serial },
    ],
    ['another chain', { chain: [LEAF] }, 'same-key-other-certificate', { chain: 'intermediates', serial: '', otherSerial: '01' }],
    [
      'another list of authorities',
      { clientCertificate: { authorities: 2, authoritiesHash: 'ba' } },
      'same-key-other-authorities',
      { authorities: 2, hash: 'ba', otherAuthorities: 0, otherHash: '' },
    ],
    ['nothing that can be seen', {}, 'same-key-declined', { reference: 0 }],
  ])('names %s under the same key', (_, change, code, evidence) => {
    expect(only(differing(change))).toMatchObject({ code, weight: 'problem', addresses: [2], evidence });
  });

  it('blames the family of addresses where the keys are shared within each', () => {
    const record = mappedProbe(keys('a', 'b', 'a', 'b'), sameKey(['a', 'b', 'a', 'b']), ['10.0.0.1', '::1', '10.0.0.2', '::2']);
    expect(only(record)).toMatchObject({ code: 'family-differs', addresses: [1, 3], evidence: { family: 'IPv6', what: 'keys' } });
  });

  it('does not compare addresses of different names', () => {
    const record = mappedProbe(keys('a', 'b'), sameKey(['a', 'b']));
    const targets = ['a.example', 'b.example'].map((name) => ({ name, serverName: name }));
    expect(codes({ ...record, targets, addresses: record.addresses.map((each, target) => ({ ...each, target })) })).toEqual([]);
  });

  it('is not claimed of addresses that could not be tried', () => {
    const record = mappedProbe(keys('a', 'b'), sameKey(['a', 'b']));
    const pairs = record.map?.pairs.map((pair) => ({ ...pair, tries: 0, failed: { refused: 3 } })) ?? [];
    expect(codes({ ...record, map: record.map && { ...record.map, pairs } })).toEqual([]);
  });

  it.each([
    [0.2, 0.4, ['warning prediction-missed']],
    [0.45, 0.7, []],
    [0.8, 0.9, ['information prediction-missed']],
  ])('compares the prediction with a measured share of %f to %f', (low, high, expected) => {
    const record = mappedProbe(keys('a', 'a'), allResume);
    const predicted = { share: 0.5, low: 0.45, high: 0.6 };
    const honoured = Math.round(50 * (low + high));
    const balanced = { target: 'x', protocol: 'TLSv1.3' as const, tries: 100, honoured, failed: {}, low, high };
    expect(codes({ ...record, map: record.map && { ...record.map, predicted, balanced } })).toEqual(expected);
  });
});

describe('what addresses answer', () => {
  const failed = { protocol: 'TLSv1.3', state: 'failed', failure: 'alert:protocol_version' } as const;
  const dead = { unreachable: 'connect-timeout', protocols: [], legacy: null };

  it('names the address that is down, and the one that speaks no protocol at all', () => {
    expect(codes(probeOf([{}, dead]))).toEqual(['problem unreachable']);
    const mute = probeOf([{ protocols: [failed] }]);
    expect(only(mute)).toMatchObject({ code: 'no-handshake', evidence: { failure: 'alert:protocol_version' } });
  });

  it('names the node on TLS 1.2 only, but no fleet of them', () => {
    const old = { protocols: [tls12(), failed] };
    expect(only(probeOf([{}, old]))).toMatchObject({ code: 'protocol-missing', addresses: [1], protocol: 'TLSv1.3' });
    expect(codes(probeOf([old, old]))).toEqual([]);
  });

  it.each([
    ['connect-timeout', 'problem'],
    ['unreachable', 'information'],
    ['local:EADDRNOTAVAIL', 'information'],
  ])('finds that all of IPv6 is unreachable: %s is a %s', (unreachable, weight) => {
    const record = probeOf([{}, {}, { ...dead, unreachable, address: '::1' }]);
    expect(only(record)).toMatchObject({ code: 'family-differs', weight, addresses: [2], evidence: { what: 'reachable' } });
  });

  it('finds that nothing resumes by IPv6', () => {
    const record = probeOf([{}, { address: '::1', protocols: [tls13({ resumption: [tried('psk', 0)] })] }]);
    expect(codes(record)).toContain('problem family-differs');
  });

  it('compares parameters with those of most addresses', () => {
    const without = {
      protocols: [tls12({ extendedMasterSecret: false }), tls13({ cipher: 'TLS_AES_128_GCM_SHA256', group: 'P-256' })],
    };
    const findings = found(probeOf([without, {}, {}]));
    expect(findings.map(({ code, weight, addresses }) => [code, weight, addresses])).toEqual([
      ['parameters-differ', 'problem', [0]],
      ['parameters-differ', 'warning', [0]],
      ['no-extended-master-secret', 'warning', [0]],
      ['parameters-differ', 'information', [0]],
    ]);
    expect(findings[1]?.evidence).toEqual({
      reference: 1,
      parameter: 'cipher',
      value: 'TLS_AES_128_GCM_SHA256',
      other: 'TLS_AES_256_GCM_SHA384',
    });
  });

  it('warns of static key exchange and of protocols that are too old', () => {
    const weak = tls12({ forwardSecrecy: false, cipher: 'AES128-GCM-SHA256' });
    const legacy = { 'TLSv1.0': 'accepted', 'TLSv1.1': 'no-answer' } as const;
    expect(codes(probeOf([{ protocols: [weak], legacy }]))).toEqual(['warning no-forward-secrecy', 'warning legacy-protocol']);
  });
});

describe('certificates and staples', () => {
  const stapled = (status: ReturnType<typeof tls13>['staple']['status'], required = false) => ({
    protocols: [tls12, tls13].map((report) => report({ staple: { ...tls13().staple, status, required } })),
  });

  it.each([
    ['stale', 'problem'],
    ['revoked', 'problem'],
    ['other-certificate', 'problem'],
    ['bad-signature', 'problem'],
    ['not-yet-valid', 'problem'],
    ['unknown', 'warning'],
    ['unreadable', 'warning'],
    ['missing', 'information'],
  ] as const)('a %s staple of a lone address is a %s, once for both protocols', (status, weight) => {
    expect(only(probeOf([stapled(status)]))).toMatchObject({ code: 'staple', weight, protocol: null, evidence: { status } });
  });

  it('a missing staple is a warning where others have one, and a problem where it is required', () => {
    expect(only(probeOf([stapled('missing'), {}]))).toMatchObject({ weight: 'warning', addresses: [0], evidence: { others: 1 } });
    expect(codes(probeOf([stapled('missing', true)]))).toEqual(['problem staple']);
  });

  it.each([
    [-1, ['problem certificate-expires']],
    [13, ['warning certificate-expires']],
    [15, []],
  ])('a leaf that expires in %i days: %j', (days, expected) => {
    const startedUnixMs = LEAF.notAfterUnixMs - days * DAY_MS;
    const protocols = [tls12({ chain: [LEAF] }), tls13({ chain: [LEAF] })];
    expect(codes(probeOf([{ protocols }], { startedUnixMs }))).toEqual(expected);
  });

  it('a certificate that is rejected is a problem, once for both protocols', () => {
    const verification = 'depth_zero_self_signed_cert';
    const protocols = [tls12({ verification, chain: [LEAF] }), tls13({ verification, chain: [LEAF] })];
    expect(only(probeOf([{ protocols }]))).toMatchObject({
      code: 'certificate-rejected',
      weight: 'problem',
      addresses: [0],
      evidence: { subject: LEAF.subject, reason: verification },
    });
    expect(codes(probeOf([{ protocols: [tls13({ verification: 'ok' })] }]))).toEqual([]);
  });
});

describe('the order of findings', () => {
  it('has problems first, then what explains the others', () => {
    const startedUnixMs = LEAF.notAfterUnixMs - 5 * DAY_MS;
    const bad = { protocols: [tls12({ extendedMasterSecret: false }), tls13({ resumption: [tried('psk', 0)] })] };
    const weights = found(probeOf([bad, { unreachable: 'refused', protocols: [], legacy: null }], { startedUnixMs })).map(
      ({ code }) => code,
    );
    expect(weights).toEqual(['unreachable', 'tickets-never-honoured', 'certificate-expires', 'no-extended-master-secret']);
  });
});
