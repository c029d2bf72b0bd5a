import { describe, expect, it } from 'vitest';
import { parseGate } from '../../../src/analysis/gate/parse.ts';
import { ResumarkError } from '../../../src/domain/error.ts';

const ticket = { state: undefined, protocol: undefined, mode: 'ticket', at: 0 } as const;

describe('a gate', () => {
  it.each([
    ['ticket.p99 < 25ms', { kind: 'limit', left: { ...ticket, metric: 'p99' }, operator: '<', limit: 25e6 }],
    ['ticket.p99<25 ms', { kind: 'limit', operator: '<', limit: 25e6 }],
    ['ticket.resumed >= 99%', { kind: 'limit', operator: '>=', limit: 0.99 }],
    ['full.rate > 1.5k/s', { kind: 'limit', operator: '>', limit: 1500 }],
    ['full.errors <= 0', { kind: 'limit', operator: '<=', limit: 0 }],
    ['full.bytes.in < 4096', { kind: 'limit', limit: 4096 }],
    ['ticket.ticket.lifetime > 2h', { kind: 'limit', limit: 7200, left: { mode: 'ticket', metric: 'ticket.lifetime' } }],
    ['full.ticket.p50 < 1ms', { left: { state: undefined, mode: 'full', metric: 'ticket.p50' } }],
    ['ticket.p50 <= 0.8 * full.p50', { kind: 'ratio', factor: 0.8, right: { mode: 'full', metric: 'p50', at: 20 } }],
    ['ticket.p50 < full.p50', { kind: 'ratio', factor: 1 }],
    ['after.ticket.cpu.server<=0.6*after.full.cpu.server', { kind: 'ratio', factor: 0.6, right: { state: 'after' } }],
    ['ticket.p50 / full.p50 < 0.8', { kind: 'ratio', factor: 0.8, operator: '<', right: { mode: 'full', metric: 'p50' } }],
    [
      'after.ticket.p50 / full.p50 regresses < 5%',
      { kind: 'change', limit: 0.05, left: { state: 'after', mode: 'ticket' }, per: { mode: 'full', metric: 'p50' } },
    ],
    ['full.cpu.server regresses < 5%', { kind: 'change', limit: 0.05, left: { mode: 'full', metric: 'cpu.server' } }],
    ['ticket.p(99) < 25ms', { left: { mode: 'ticket', metric: 'p99' } }],
    ['full.response.p(99.9)<1s', { left: { metric: 'response.p999' }, limit: 1e9 }],
    ['tls1.3.full.p50 < 3ms', { left: { state: undefined, protocol: 'TLSv1.3' } }],
    ['1.2.full.p50 < 3ms', { left: { protocol: 'TLSv1.2' } }],
    ['edge-1.TLSv1.3.early-data.p50 < 3ms', { left: { state: 'edge-1', protocol: 'TLSv1.3', mode: 'early-data' } }],
  ])('%s is read', (text, expected) => {
    expect(parseGate(text)).toMatchObject({ text, ...expected });
  });

  it('keeps the text without the space around it', () => {
    expect(parseGate('  full.p50 < 3ms ').text).toBe('full.p50 < 3ms');
  });
});

describe('a wrong gate is refused with its place', () => {
  const refusal = (text: string): string => {
    try {
      parseGate(text);
    } catch (error) {
      if (error instanceof ResumarkError) return `${error.message}\n${error.hint ?? ''}`;
      throw error;
    }
    throw new Error(`${text} was not refused`);
  };

  it.each([
    [
      'an unknown metric, with the nearest',
      'ticket.p9 < 3ms',
      7,
      'no metric "p9"',
      /Did you mean p90\? Known metrics: handshakes, .*resumed/u,
    ],
    ['a quantile that is none of ours', 'ticket.p(98) < 3ms', 7, 'no metric "p98"', /Known metrics/u],
    ['a missing metric', 'ticket < 3ms', 6, 'a metric is missing', /Known metrics/u],
    ['a mode that does not exist, with the nearest', 'tikcet.p50 < 3ms', 0, 'names no handshake mode', /Did you mean ticket\?/u],
    ['no mode at all', 'p50 < 3ms', 0, 'names no handshake mode', /full, session-id, ticket, early-data/u],
    ['a protocol that is not measured', 'tls1.1.full.p50 < 3ms', 0, 'no protocol 1.1', /^.*$/su],
    ['a missing operator', 'full.p50 3ms', 9, 'an operator is expected', /^.*$/su],
    ['a value without its unit', 'full.p50 < 3', 11, '"3" is not understood', /a duration such as 25ms/u],
    ['a share without its sign', 'ticket.resumed >= 0.99', 18, 'not understood', /a share such as 99%/u],
    ['a missing value', 'full.p50 <', 10, 'a value is missing', /a duration such as 25ms/u],
    ['something behind the value', 'full.p50 < 3ms twice', 11, 'not understood', /the gate must end after it/u],
    ['something behind the other metric', 'ticket.p50 < full.p50 * 2', 22, 'should end here', /^.*$/su],
    ['unlike units', 'ticket.p50 < full.rate', 13, 'different units', /^.*$/su],
    ['a multiple of a share', 'ticket.resumed > 0.9 * full.resumed', 0, 'multiple', /limit/u],
    ['a change of a count', 'full.handshakes regresses < 5%', 0, 'counts handshakes', /limit/u],
    ['a build that must get worse', 'full.p50 regresses > 5%', 19, 'no gate', /^.*$/su],
    ['no limit of a change', 'full.p50 regresses', 18, 'regresses is followed by', /^.*$/su],
    ['no metric', '< 3ms', 0, 'a metric is expected', /^.*$/su],
  ])('%s', (_what, text, at, what, hint) => {
    const message = refusal(text);
    expect(message).toContain(what);
    expect(message.split('\n').slice(1, 3)).toEqual([`  ${text}`, `  ${' '.repeat(at)}^`]);
    expect(message).toMatch(hint);
  });

  it('an empty one', () => {
    expect(refusal(' ')).toMatch(/a gate is empty/u);
  });
});
