import { describe, expect, it } from 'vitest';
import { judgeExpectations } from '../../../src/analysis/probe/expectations.ts';
import { parseExpectations } from '../../../src/analysis/probe/parse-expectations.ts';
import { expectationResultSchema, EXPECTATIONS, type Expectation } from '../../../src/domain/probe-expectation.ts';
import type { ProbeRecord } from '../../../src/domain/probe-record.ts';
import { sameKey } from './fleets.ts';
import { mappedProbe, probeOf, tls12, tls13, tried, withKeys } from './probes.ts';

/** The reason at each address where an expectation does not hold; null where it holds at all. */
const unmet = (expectation: Expectation, record: ProbeRecord): Record<string, string> | null => {
  const results = judgeExpectations([expectation], record).map((result) => expectationResultSchema.parse(result));
  const reasons = results.flatMap((result) => (result.holds ? [] : [[String(result.address), result.why.reason] as const]));
  return reasons.length > 0 ? Object.fromEntries(reasons) : null;
};

const good = { protocols: [tls12({ resumption: [tried('session-id', 10), tried('ticket', 10)] }), withKeys('aaaa')] };

const down = { unreachable: 'refused', protocols: [], legacy: null };

const shared = (...keys: string[]): ProbeRecord =>
  mappedProbe(
    keys.map((key) => withKeys(key.repeat(4))),
    sameKey(keys),
  );

describe('an expectation', () => {
  const each = EXPECTATIONS.filter((expectation) => expectation !== 'shared-keys');

  it.each(each)('of %s holds at good addresses, counted', (expectation) => {
    expect(judgeExpectations([expectation], probeOf([good, good]))).toEqual([{ expectation, holds: true, addresses: 2 }]);
  });

  it.each(EXPECTATIONS)('of %s does not hold where an address could not be reached, nor where there is none', (expectation) => {
    expect(unmet(expectation, probeOf([down, down]))).toEqual({ 0: 'no-handshake', 1: 'no-handshake' });
    expect(judgeExpectations([expectation], probeOf([]))).toEqual([
      { expectation, holds: false, address: null, why: { reason: 'not-tried', protocol: null } },
    ]);
  });

  it.each([
    ['ticket', { protocols: [tls13()] }, 'protocol-missing'],
    ['ticket', { protocols: [tls12({ resumption: [tried('session-id', 10)] })] }, 'not-tried'],
    ['ticket', { protocols: [tls12({ resumption: [tried('ticket', 0, { tries: 0 })] })] }, 'not-tried'],
    ['ticket', { protocols: [tls12({ resumption: [tried('ticket', 9)] })] }, 'declined'],
    ['psk', { protocols: [tls12()] }, 'protocol-missing'],
    ['psk', { protocols: [tls13({ resumption: [tried('psk', 0)] })] }, 'declined'],
    ['session-id', { protocols: [tls12({ resumption: [tried('ticket', 10)] })] }, 'not-tried'],
    ['forward-secrecy', { protocols: [tls13(), tls12({ forwardSecrecy: false })] }, 'no-forward-secrecy'],
    ['ocsp', { protocols: [tls13({ staple: { ...tls13().staple, status: 'missing' } })] }, 'staple'],
    ['no-legacy', { legacy: null }, 'not-tried'],
    ['no-legacy', { legacy: { 'TLSv1.0': 'refused', 'TLSv1.1': 'accepted' } }, 'legacy'],
    ['no-legacy', { legacy: { 'TLSv1.0': 'no-answer', 'TLSv1.1': 'refused' } }, 'legacy'],
  ] as const)('of %s does not hold for %j: %s', (expectation, address, reason) => {
    expect(unmet(expectation, probeOf([good, address as object]))).toEqual({ 1: reason });
  });

  it('of psk is met by stateful tickets', () => {
    expect(unmet('psk', probeOf([{ protocols: [tls13({ resumption: [tried('psk-stateful', 10)] })] }]))).toBeNull();
  });
});

describe('the expectation of shared keys', () => {
  it('holds where all addresses are in one group', () => {
    expect(unmet('shared-keys', shared('a', 'a', 'a'))).toBeNull();
  });

  it('names the addresses outside of the largest group, all of them where none is larger', () => {
    expect(unmet('shared-keys', shared('a', 'b', 'a'))).toEqual({ 1: 'other-group' });
    expect(unmet('shared-keys', shared('a', 'b'))).toEqual({ 0: 'other-group', 1: 'other-group' });
  });

  it('does not hold for one address, without a map, or where an address is down', () => {
    expect(unmet('shared-keys', probeOf([good]))).toEqual({ 0: 'one-address' });
    expect(unmet('shared-keys', probeOf([good, good]))).toEqual({ 0: 'not-tried', 1: 'not-tried' });
    const record = shared('a', 'a');
    expect(unmet('shared-keys', { ...record, addresses: [...record.addresses, ...probeOf([down]).addresses] })).toEqual({
      2: 'no-handshake',
    });
  });

  it('is judged by the map alone where addresses were not offered their own sessions', () => {
    const mapped = (...keys: string[]): ProbeRecord => {
      const record = shared(...keys);
      const protocols = keys.map((key) => [withKeys(key.repeat(4), { resumption: [] })]);
      return { ...record, addresses: record.addresses.map((each, i) => ({ ...each, protocols: protocols[i] ?? [] })) };
    };
    expect(unmet('shared-keys', mapped('a', 'a', 'a'))).toBeNull();
    expect(unmet('shared-keys', mapped('a', 'a', 'b'))).toEqual({ 2: 'other-group' });
  });

  it('does not hold at an address that declines half of its own sessions', () => {
    const record = mappedProbe([withKeys('aaaa'), withKeys('abab', { resumption: [tried('psk', 5)] })], sameKey(['a', 'a']));
    expect(unmet('shared-keys', record)).toEqual({ 1: 'declined' });
  });
});

describe('names of expectations', () => {
  it('are parsed once each, in their order', () => {
    expect(parseExpectations(' psk, ticket,psk')).toEqual(['psk', 'ticket']);
    expect(parseExpectations(EXPECTATIONS.join(','))).toEqual(EXPECTATIONS);
  });

  it.each([
    ['shared-key', 'Did you mean shared-keys?'],
    ['tickets', 'Did you mean ticket?'],
    ['everything', 'Known expectations: ticket, psk'],
    ['', 'Known expectations: ticket, psk'],
  ])('that are not known are refused with a hint: "%s"', (name, hint) => {
    expect(() => parseExpectations(name)).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining(hint) as string }),
    );
  });
});
