import { describe, expect, it } from 'vitest';
import { noticesOf } from '../../../src/analysis/notices/notices.ts';
import { summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import type { GeneratorHint, Notice, NoticeCode } from '../../../src/domain/notice.ts';
import type { BlockRecord, RunRecord } from '../../../src/domain/run-record.ts';
import { LatencyHistogram } from '../../../src/stats/histogram.ts';
import { beforeAndAfter, distant, fakeRun, fakeState, type FakeCell } from '../../report/fake-run.ts';

const noticesIn = (run: RunRecord): Notice[] => noticesOf(summarizeRun(run));

const of = (run: RunRecord, code: NoticeCode): Notice[] => noticesIn(run).filter((notice) => notice.code === code);

const changed = (run: RunRecord, change: (block: BlockRecord) => Partial<BlockRecord>): RunRecord => ({
  ...run,
  blocks: run.blocks.map((block) => ({ ...block, ...change(block) })),
});

const ticket: FakeCell = { mode: 'ticket', mechanism: 'ticket' };

it('has nothing to say of a run in which all went well', () => {
  expect(noticesIn(fakeRun([{}, ticket]))).toEqual([]);
});

describe('what was asked for and what was got', () => {
  it('a mode that was never honoured is an error, with the reasons', () => {
    const run = fakeRun([{}, { mode: 'ticket', honoured: 0, declined: { refused: 9, 'no-session': 1 } }]);
    expect(noticesIn(run)).toEqual([
      {
        code: 'never-honoured',
        severity: 'error',
        cell: 'server TLS 1.2 ticket',
        handshakes: 50,
        because: { refused: 45, 'no-session': 5 },
      },
    ]);
  });

  it('a full handshake that was always resumed is never honoured either', () => {
    expect(of(fakeRun([{ honoured: 0, declined: { 'resumed-unasked': 4 } }]), 'never-honoured')).toHaveLength(1);
  });

  it('a control that is declined is a fact, and one that is honoured a doubt', () => {
    const control = { ...ticket, expected: 'declined' } as const;
    expect(noticesIn(fakeRun([{ ...control, honoured: 0, declined: { refused: 2 } }]))).toEqual([
      { code: 'declined-as-configured', severity: 'info', cell: 'server TLS 1.2 ticket', handshakes: 10 },
    ]);
    expect(noticesIn(fakeRun([{ ...control, honoured: 2, declined: { refused: 1 } }]))).toEqual([
      { code: 'honoured-unexpectedly', severity: 'warning', cell: 'server TLS 1.2 ticket', honoured: 10 },
    ]);
  });

  it('a fleet that declines the sessions of other nodes is a fact while its share is the expected one', () => {
    const fleet = { ...ticket, expected: 'partly', expectedShare: 0.25 } as const;
    expect(noticesIn(fakeRun([{ ...fleet, honoured: 240, declined: { refused: 760 } }]))).toEqual([
      {
        code: 'partly-as-configured',
        severity: 'info',
        cell: 'server TLS 1.2 ticket',
        handshakes: 5000,
        honoured: 1200,
        expectedShare: 0.25,
      },
    ]);
    for (const [honoured, declined] of [
      [150, { refused: 850 }],
      [240, { refused: 700, 'no-session': 60 }],
    ] as const) {
      expect(noticesIn(fakeRun([{ ...fleet, honoured, declined }]))).toMatchObject([{ code: 'partly-declined' }]);
    }
  });

  it('a mode that was honoured in part is a warning', () => {
    const [notice] = of(fakeRun([{ ...ticket, honoured: 9, declined: { expired: 1 } }]), 'partly-declined');
    expect(notice).toMatchObject({ severity: 'warning', handshakes: 50, because: { expired: 5 } });
  });

  it('connections that failed beside others that did not are a warning, by kind', () => {
    const [notice] = noticesIn(fakeRun([{ errors: { reset: 2, 'alert:handshake_failure': 1 } }]));
    expect(notice).toMatchObject({ code: 'errors', handshakes: 800, because: { reset: 10, 'alert:handshake_failure': 5 } });
  });

  it('a cell of failures only is an error', () => {
    const [notice, ...others] = noticesIn(fakeRun([{ honoured: 0, errors: { refused: 2 } }]));
    expect(notice).toMatchObject({ code: 'never-finished', severity: 'error', because: { refused: 10 } });
    expect(others).toEqual([]);
  });

  it('a cell in which nothing was measured is an error once the run is complete, with what priming met', () => {
    const empty = changed(fakeRun([{ honoured: 0, blocks: 1 }]), (block) => ({
      primed: { ...block.primed, errors: { 'handshake-timeout': 16 } },
    }));
    expect(noticesIn(empty)).toEqual([
      {
        code: 'never-finished',
        severity: 'error',
        cell: 'server TLS 1.2 full',
        whenOffered: false,
        because: { 'handshake-timeout': 16 },
      },
    ]);
    expect(noticesIn({ ...empty, status: 'running' })).toEqual([]);
    expect(noticesIn(fakeRun([{ blocks: 0 }], { status: 'interrupted' }))).toEqual([]);
  });

  it('resumption by stateful tickets is named', () => {
    expect(of(fakeRun([{ mode: 'ticket', protocol: 'TLSv1.3', mechanism: 'psk-stateful' }]), 'stateful-tickets')).toHaveLength(1);
  });

  it('evidence that contradicts itself is an error, in priming as in measuring', () => {
    const run = changed(fakeRun([{ blocks: 2 }]), (block) => ({
      declined: { 'evidence-conflict': 1 },
      primed: { ...block.primed, conflicts: 2 },
    }));
    expect(of(run, 'evidence-conflict')).toMatchObject([{ severity: 'error', handshakes: 6 }]);
  });
});

describe('whether the generator can be trusted', () => {
  const saturated = (change: Partial<RunRecord> = {}, busyShare = 0.97): RunRecord =>
    changed(fakeRun([{}, ticket], { workers: 1, ...change }), (block) =>
      block.cell.endsWith('ticket')
        ? {
            saturated: true,
            hosts: block.hosts.map((host) => ({ ...host, workers: [{ busyShare, cpuShare: null, stalledNs: 0 }] })),
          }
        : {},
    );

  it('names the cells whose blocks are marked, the busiest worker and what to change', () => {
    expect(of(saturated(), 'generator-saturated')).toEqual([
      {
        code: 'generator-saturated',
        severity: 'warning',
        cells: ['server TLS 1.2 ticket'],
        of: 2,
        busyShare: 0.97,
        lateNs: 0,
        dropped: 0,
        workers: 1,
        hints: ['workers', 'concurrency'],
      },
    ]);
  });

  it.each<[string, Partial<RunRecord>, readonly GeneratorHint[], number?]>([
    ['a rate', { scenario: { load: { model: 'open', concurrency: 1000 } } }, ['workers', 'rate']],
    ['a storm', { scenario: { load: { model: 'storm', concurrency: 1000 } } }, ['workers', 'over']],
    ['one in flight', { scenario: { load: { model: 'closed', concurrency: 1 } } }, ['workers']],
    ['all cores in use', { workers: 4 }, ['machine', 'concurrency']],
    [
      'an engine that was asked for',
      { scenario: { engine: 'node', load: {} }, environment: { ...fakeRun([]).environment } },
      ['engine', 'workers', 'concurrency'],
    ],
    ['cores that others took', { workers: 4 }, ['machine'], 0.2],
  ])('with %s advises what is left to do', (_, change, hints, busyShare = 0.97) => {
    expect(of(saturated(change, busyShare), 'generator-saturated')).toMatchObject([{ hints }]);
  });

  it.each([
    [0.94, 1],
    [0.96, 0],
    [1.04, 0],
    [1.06, 1],
  ])('connections that account for %d of the time raise %d notices', (accounted, notices) => {
    const run = changed(fakeRun([{}]), (block) => ({ residenceNs: accounted * block.clientNs }));
    expect(of(run, 'littles-law')).toHaveLength(notices);
  });

  it('blocks that were left out are counted, by reason', () => {
    const run = changed(fakeRun([{}]), ({ round }) => (round < 2 ? { valid: false, invalidReason: 'the target failed' } : {}));
    expect(noticesIn(run)).toEqual([
      {
        code: 'invalid-blocks',
        severity: 'warning',
        cell: 'server TLS 1.2 full',
        blocks: 2,
        of: 5,
        because: { 'the target failed': 2 },
      },
    ]);
  });
});

describe('whether cells can be compared', () => {
  const suites = (...ciphers: readonly string[]): Notice[] =>
    of(fakeRun(ciphers.map((cipher, i) => ({ state: `s${String(i)}`, cipher }))), 'mixed-suites');

  it('unlike suites in one protocol are a warning that names them', () => {
    expect(suites('TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384')).toEqual([
      {
        code: 'mixed-suites',
        severity: 'warning',
        protocol: 'TLS 1.2',
        suites: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'],
      },
    ]);
    expect(suites('ECDHE-RSA-AES128-GCM-SHA256', 'AES128-GCM-SHA256')).toHaveLength(1);
  });

  it('another key type alone is no other suite, and protocols are not mixed up', () => {
    expect(suites('ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256')).toEqual([]);
    expect(noticesIn(fakeRun([{}, { protocol: 'TLSv1.3' }]))).toEqual([]);
  });

  it('a state whose server CPU or certificate is not known to be right is named', () => {
    const states = [fakeState(), fakeState({ label: 'other', cpuSource: null, verified: false })];
    expect(noticesIn(fakeRun([{}], { states }))).toMatchObject([
      { code: 'server-cpu-unknown', severity: 'info', state: 'other' },
      { code: 'not-verified', severity: 'info', state: 'other' },
    ]);
  });
});

it('says one thing of each control of a before-and-after run', () => {
  expect(noticesIn(beforeAndAfter()).map(({ code }) => code)).toEqual(['declined-as-configured']);
});

describe('times that tell more than their quantiles', () => {
  const slowAt = (ms: number, cpuServerNs: number | null): RunRecord => {
    const histogram = new LatencyHistogram();
    for (let i = 0; i < 200; i++) histogram.record(ms * 1e6 + i * 1000);
    return changed(fakeRun([{ cpuServerNs }]), () => ({ handshakeNs: histogram.encode() }));
  };

  it('flags a plateau of delayed acknowledgements', () => {
    expect(of(slowAt(42, 100_000), 'delayed-ack')).toMatchObject([{ timerMs: 40, share: 1 }]);
    expect(of(slowAt(202, null), 'delayed-ack')).toMatchObject([{ timerMs: 200, share: 1 }]);
    expect(of(slowAt(12, 100_000), 'delayed-ack')).toEqual([]);
  });

  it('flags none on a server that is its own bottleneck: a queue can be just as long', () => {
    expect(of(slowAt(42, 2_400_000), 'delayed-ack')).toEqual([]);
  });

  it('flags round trips that the protocol does not need', () => {
    expect(of(distant(), 'extra-round-trips')).toMatchObject([{ cell: 'server TLS 1.3 full', taken: 2, needed: 1 }]);
  });

  it('tells every HelloRetryRequest, and does not count its round trip twice', () => {
    const retried = changed(distant(), (block) => ({ helloRetries: block.tapped }));
    expect(of(retried, 'hello-retry')).toContainEqual(expect.objectContaining({ cell: 'server TLS 1.3 full', share: 1 }));
    expect(of(retried, 'extra-round-trips')).toEqual([]);
    expect(of(distant(), 'hello-retry')).toEqual([]);
  });

  it('counts requests without an answer', () => {
    const run = changed(distant(), (block) => ({ firstByte: block.firstByte && { ...block.firstByte, unanswered: 40 } }));
    expect(of(run, 'unanswered')).toHaveLength(4);
    expect(of(run, 'unanswered')[0]).toMatchObject({ unanswered: 40, asked: 200 });
    expect(of(run, 'error-statuses')).toEqual([]);
  });
});
