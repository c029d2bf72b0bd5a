import { expect, it } from 'vitest';
import type { Notice } from '../../../src/domain/notice.ts';
import { noticeSentence, noticeText } from '../../../src/report/text/notice.ts';
import { expectGolden } from '../golden.ts';

/** One of every code, so that none is without words. */
const EVERY: { readonly [Code in Notice['code']]: Extract<Notice, { code: Code }> } = {
  'engine-chosen': { code: 'engine-chosen', severity: 'info', engine: 'node', reason: 'it runs everywhere' },
  'cell-skipped': { code: 'cell-skipped', severity: 'info', cell: 'a TLS 1.3 session-id', reason: 'TLS 1.3 has none' },
  'never-honoured': {
    code: 'never-honoured',
    severity: 'error',
    cell: 'after TLS 1.3 ticket',
    handshakes: 3200,
    because: { 'no-session': 1, refused: 3199 },
  },
  'never-finished': { code: 'never-finished', severity: 'error', cell: 'a TLS 1.2 full', because: { 'connect-timeout': 16 } },
  'invalid-blocks': {
    code: 'invalid-blocks',
    severity: 'warning',
    cell: 'a TLS 1.2 full',
    blocks: 1,
    of: 20,
    because: { 'the target failed': 1 },
  },
  'declined-as-configured': { code: 'declined-as-configured', severity: 'info', cell: 'before TLS 1.2 ticket', handshakes: 1 },
  'honoured-unexpectedly': { code: 'honoured-unexpectedly', severity: 'warning', cell: 'before TLS 1.2 ticket', honoured: 7 },
  'partly-declined': {
    code: 'partly-declined',
    severity: 'warning',
    cell: 'a TLS 1.2 ticket',
    handshakes: 200,
    because: { expired: 20 },
  },
  errors: {
    code: 'errors',
    severity: 'warning',
    cell: 'a TLS 1.2 full',
    handshakes: 1000,
    because: { reset: 2, refused: 3, 'alert:handshake_failure': 12, 'unheard-of': 1 },
  },
  'extra-round-trips': {
    code: 'extra-round-trips',
    severity: 'warning',
    cell: 'edge TLS 1.3 full',
    taken: 2,
    needed: 1,
    rttNs: 40_100_000,
    helloRetryShare: 1,
  },
  'delayed-ack': { code: 'delayed-ack', severity: 'warning', cell: 'edge TLS 1.2 full', timerMs: 40, share: 0.125 },
  unanswered: { code: 'unanswered', severity: 'warning', cell: 'edge TLS 1.3 full', unanswered: 3, asked: 1000 },
  'coarse-clock': { code: 'coarse-clock', severity: 'warning', cell: 'a TLS 1.2 ticket', reason: 'low-distinct' },
  'no-capacity': { code: 'no-capacity', severity: 'error', cell: 'a TLS 1.2 full', lowestPerSecond: 0.7 },
  'capacity-of-generator': {
    code: 'capacity-of-generator',
    severity: 'warning',
    cell: 'a TLS 1.2 ticket',
    perSecond: 5120,
  },
  'capacity-unconfirmed': { code: 'capacity-unconfirmed', severity: 'warning', cell: 'a TLS 1.2 full', probes: 40 },
  'stateful-tickets': { code: 'stateful-tickets', severity: 'info', cell: 'a TLS 1.3 ticket' },
  'server-cpu-unknown': { code: 'server-cpu-unknown', severity: 'info', state: 'edge', reason: 'no process may be read' },
  'generator-saturated': {
    code: 'generator-saturated',
    severity: 'warning',
    cells: ['a', 'b'],
    of: 10,
    busyShare: 0.97,
    lateNs: 34_500_000,
    dropped: 1200,
    workers: 2,
    hints: ['engine', 'workers', 'rate'],
  },
  'connection-limited': {
    code: 'connection-limited',
    severity: 'warning',
    cell: 'a TLS 1.3 ticket',
    connectionLimited: 490,
    due: 2000,
    concurrency: 10,
  },
  headroom: { code: 'headroom', severity: 'warning', what: 'ports', used: 27_000, limit: 28_232 },
  'cpu-stolen': { code: 'cpu-stolen', severity: 'warning', share: 0.07 },
  'evidence-conflict': { code: 'evidence-conflict', severity: 'error', cell: 'a TLS 1.2 ticket', handshakes: 3 },
  'littles-law': {
    code: 'littles-law',
    severity: 'warning',
    cell: 'a TLS 1.2 full',
    residual: 0.123,
    hints: ['machine', 'concurrency'],
  },
  'mixed-suites': { code: 'mixed-suites', severity: 'warning', protocol: 'TLS 1.3', suites: ['X', 'Y'] },
  'not-verified': { code: 'not-verified', severity: 'info', state: 'edge' },
  'not-saved': { code: 'not-saved', severity: 'error', folder: 'results/20260101T000000Z_a', reason: 'ENOSPC' },
  'worker-lost': {
    code: 'worker-lost',
    severity: 'error',
    reason: 'a worker thread ended with code 9 in the middle of the run.',
  },
  'stopped-on-errors': { code: 'stopped-on-errors', severity: 'error', cell: 'a TLS 1.2 full', errorShare: 0.6 },
  interrupted: { code: 'interrupted', severity: 'warning', blocks: 3, planned: 50 },
};

it('has a sentence for every code', () => {
  expectGolden('every-notice.txt', `${Object.values<Notice>(EVERY).map(noticeText).join('\n')}\n`);
});

it.each(Object.values<Notice>(EVERY))('ends $code with a full stop, and holds no missing value', (notice) => {
  expect(noticeSentence(notice)).toMatch(/^[^\n]+\.$/u);
  expect(noticeSentence(notice)).not.toMatch(/undefined|NaN|\.\./u);
});

it('bears a code of a newer version', () => {
  const notice = { code: 'of-tomorrow', severity: 'info', what: 'x' } as unknown as Notice;
  expect(noticeText(notice)).toBe(
    'info: a notice from another version of resumark: {"code":"of-tomorrow","severity":"info","what":"x"}.',
  );
});

it('advises on a mode that never happened by the commonest reason', () => {
  const { 'never-honoured': never } = EVERY;
  expect(noticeSentence({ ...never, because: { expired: 2, refused: 1 } })).toMatch(
    /lifetime on the server, or use shorter blocks/u,
  );
  expect(noticeSentence({ ...never, because: {} })).toMatch(/never honoured: [\d,]+ finished handshakes\.$/u);
});
