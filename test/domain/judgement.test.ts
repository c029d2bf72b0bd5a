import { expect, it } from 'vitest';
import { judge, kindOf, type Asked, type Judgement } from '../../src/domain/judgement.ts';
import type { Evidence } from '../../src/domain/kind.ts';

const full: Evidence = { protocol: 'TLSv1.2', resumed: false, offered: undefined, earlyData: 'none', hello: undefined };
const byTicket: Evidence = { ...full, resumed: true, offered: 'ticket' };
const byId: Evidence = { ...full, resumed: true, offered: 'session-id' };
const byPsk: Evidence = { ...full, protocol: 'TLSv1.3', resumed: true, offered: 'psk' };
const asked = (mode: Asked['mode'], change: Partial<Asked> = {}): Asked => ({
  mode,
  protocol: 'TLSv1.2',
  expired: false,
  ...change,
});

it.each<[string, Asked, Evidence, Judgement]>([
  ['a full handshake that was asked for', asked('full'), full, 'honoured'],
  ['a full handshake that was resumed', asked('full'), byTicket, 'resumed-unasked'],
  ['a ticket that was taken', asked('ticket'), byTicket, 'honoured'],
  ['a ticket mode resumed by session ID', asked('ticket'), byId, 'other-mechanism'],
  ['a session ID that was taken', asked('session-id'), byId, 'honoured'],
  ['a session-ID mode resumed by ticket', asked('session-id'), byTicket, 'other-mechanism'],
  ['a ticket that was refused', asked('ticket'), { ...full, offered: 'ticket' }, 'refused'],
  ['an old ticket that was refused', asked('ticket', { expired: true }), { ...full, offered: 'ticket' }, 'expired'],
  ['nothing to offer', asked('ticket'), full, 'no-session'],
  ['another version', asked('ticket', { protocol: 'TLSv1.3' }), byTicket, 'version-changed'],
  ['a PSK that was taken', asked('ticket', { protocol: 'TLSv1.3' }), byPsk, 'honoured'],
  ['a stateful PSK that was taken', asked('ticket', { protocol: 'TLSv1.3' }), { ...byPsk, offered: 'psk-stateful' }, 'honoured'],
  ['early data that was taken', asked('early-data', { protocol: 'TLSv1.3' }), { ...byPsk, earlyData: 'accepted' }, 'honoured'],
  [
    'early data that was rejected',
    asked('early-data', { protocol: 'TLSv1.3' }),
    { ...byPsk, earlyData: 'rejected' },
    'early-data-rejected',
  ],
  [
    'hellos that deny a resumption',
    asked('ticket'),
    { ...byTicket, hello: { protocol: 'TLSv1.2', resumed: false, offered: 'ticket', helloRetry: false } },
    'evidence-conflict',
  ],
  [
    'hellos that show another offer',
    asked('session-id'),
    { ...byId, hello: { protocol: 'TLSv1.2', resumed: true, offered: 'ticket', helloRetry: false } },
    'evidence-conflict',
  ],
  [
    'hellos that agree',
    asked('ticket', { protocol: 'TLSv1.3' }),
    { ...byPsk, offered: 'psk-stateful', hello: { protocol: 'TLSv1.3', resumed: true, offered: 'psk', helloRetry: true } },
    'honoured',
  ],
])('judges %s', (_what, intent, evidence, judgement) => {
  expect(judge(intent, evidence)).toBe(judgement);
});

it('names the kind by the evidence, a HelloRetryRequest included', () => {
  expect(kindOf({ ...full, offered: 'ticket' })).toEqual({ kind: 'full', helloRetry: false });
  expect(kindOf({ ...byPsk, hello: { protocol: 'TLSv1.3', resumed: true, offered: 'psk', helloRetry: true } })).toEqual({
    kind: 'resumed',
    mechanism: 'psk',
    helloRetry: true,
  });
});
