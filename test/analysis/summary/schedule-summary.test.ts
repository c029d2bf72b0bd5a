import { describe, expect, it } from 'vitest';
import { noticesOf } from '../../../src/analysis/notices/notices.ts';
import { summarize } from '../../../src/analysis/summary/cell-summary.ts';
import { summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import type { BlockRecord, HostRecord, RunRecord } from '../../../src/domain/run-record.ts';
import { openMix } from '../../report/fake-open-run.ts';
import { fakeRun } from '../../report/fake-run.ts';

const changed = (run: RunRecord, change: (block: BlockRecord) => Partial<BlockRecord>): RunRecord => ({
  ...run,
  blocks: run.blocks.map((block) => ({ ...block, ...change(block) })),
});

describe('a mix', () => {
  const [full, ticket] = summarize(openMix());

  it('has the share that was asked for and the share that was got, of all attempts', () => {
    expect([full?.mix?.askedShare, ticket?.mix?.askedShare]).toEqual([0.2, 0.8]);
    expect([full?.mix?.gotShare, ticket?.mix?.gotShare]).toEqual([0.2, 0.8]);
    const failing = changed(openMix(), ({ cell }) => (cell.endsWith('full') ? { errors: { reset: 40 } } : {}));
    expect(summarize(failing)[0]?.mix?.gotShare).toBeCloseTo(80 / 240, 9);
  });

  it('has the CPU time of the server for every honoured handshake of all its parts', () => {
    expect(full?.mix?.cpuServerNs).toBeCloseTo((5 * 200 * 260_000) / (200 + 775), 6);
    expect(ticket?.mix?.cpuServerNs).toBe(full?.mix?.cpuServerNs);
    expect(full?.cpuServerNs).toBeUndefined();
  });

  it('is within a state: handshakes in turns of two states are none', () => {
    const run = changed(fakeRun([{ state: 'before' }, { state: 'after' }]), () => ({ order: 0, askedShare: 0.5 }));
    expect(summarize(run).map(({ mix }) => mix)).toEqual([undefined, undefined]);
  });

  it('is no matter of cells that take turns by windows', () => {
    expect(summarize(fakeRun([{}, { mode: 'ticket', mechanism: 'ticket' }])).map(({ mix }) => mix)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('a schedule', () => {
  it('is told over all blocks, each start once', () => {
    const [full, ticket] = summarize(openMix());
    expect([full?.schedule?.due, ticket?.schedule?.due]).toEqual([210, 810]);
    expect(full?.schedule?.dropped).toBe(10);
    expect(ticket?.schedule?.responseNs.count).toBe(800);
    expect(ticket?.saturatedBlocks).toBe(1);
  });

  it('is absent where handshakes were started otherwise', () => {
    expect(summarize(fakeRun([{}]))[0]?.schedule).toBeUndefined();
  });
});

describe('head-room', () => {
  const codes = (run: RunRecord): string[] => noticesOf(summarizeRun(run)).map(({ code }) => code);
  const withHost = (change: Partial<HostRecord>): RunRecord =>
    changed(fakeRun([{}]), ({ hosts }) => ({ hosts: hosts.map((host) => ({ ...host, ...change })) }));

  it('has nothing to say while there is room', () => {
    expect(codes(fakeRun([{}]))).toEqual([]);
    expect(codes(withHost({ fileLimit: null, portLimit: null, mostInFlight: 1e6 }))).toEqual([]);
  });

  it('warns before descriptors and ports are used up, ended connections included', () => {
    expect(codes(withHost({ mostInFlight: 900 }))).toEqual(['headroom']);
    const run = withHost({ timeWait: 27_000 });
    expect(noticesOf(summarizeRun(run))).toEqual([
      { code: 'headroom', severity: 'warning', what: 'ports', used: 27_016, limit: 28_232 },
    ]);
  });

  it('warns of time that the host took away', () => {
    expect(codes(withHost({ machine: { busyShare: 0.5, stealShare: 0.03, loadAverage: 1 } }))).toEqual(['cpu-stolen']);
  });

  it('tells a limit of connections from a slow generator', () => {
    const connectionLimited = changed(openMix(), ({ schedule }) => ({
      saturated: false,
      schedule: schedule && { ...schedule, connectionLimited: 20 },
    }));
    expect(codes(connectionLimited)).toContain('connection-limited');
    expect(codes(openMix())).not.toContain('connection-limited');
  });
});
