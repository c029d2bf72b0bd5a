import type { RunRecord } from '../../../src/domain/run-record.ts';
import { LatencyHistogram } from '../../../src/stats/histogram.ts';
import { fakeRun, type FakeCell } from '../../report/fake-run.ts';

export interface PairedCell extends FakeCell {
  /** Of each round, in ns. */
  readonly p50: readonly number[];
  readonly cpu?: readonly number[];
}

/** A run whose blocks have exactly these values, round by round. */
export const pairedRun = (cells: readonly PairedCell[], change: Partial<RunRecord> = {}): RunRecord => {
  const run = fakeRun(
    cells.map((cell) => ({ ...cell, blocks: 1 })),
    change,
  );
  return {
    ...run,
    blocks: cells.flatMap(({ p50, cpu }, at) => {
      const sample = run.blocks.find(({ cell }) => cell === run.cells[at]?.id);
      if (sample === undefined) throw new Error('the fake run has no block of a cell');
      return p50.map((ns, round) => ({
        ...sample,
        round,
        ...(sample.honoured > 0 && { handshakeNs: constant(sample.honoured, ns) }),
        ...(cpu !== undefined && { cpuServerNs: (cpu[round] ?? 0) * sample.handshakes }),
      }));
    }),
  };
};

const constant = (count: number, ns: number): RunRecord['blocks'][number]['handshakeNs'] => {
  const histogram = new LatencyHistogram();
  for (let i = 0; i < count; i++) histogram.record(Math.round(ns));
  return histogram.encode();
};
