import type { MergeSource } from '../../../src/analysis/merge/merge-source.ts';
import type { BlockRecord, RunRecord } from '../../../src/domain/run-record.ts';
import { LatencyHistogram } from '../../../src/stats/histogram.ts';
import { fakeRun, fakeState } from '../../report/fake-run.ts';

const MS = 1e6;

/** A machine's run of the scenario that all machines were given. */
export interface FakeMachine {
  readonly folder?: string;
  /** Start of its run, and of each of its windows, after those of the first machine. */
  readonly laterMs?: number;
  /** Latencies of its full handshakes, by round. */
  readonly latencies?: readonly (readonly number[])[];
  readonly run?: Partial<RunRecord>;
  readonly block?: (block: BlockRecord) => Partial<BlockRecord>;
}

const SCENARIO = {
  name: 'fake',
  states: { edge: { kind: 'target', target: 'edge:443' } },
  load: { model: 'closed', concurrency: 16 },
  plan: { rounds: 3 },
};

/** One machine's run of full handshakes and tickets against a target, three rounds of each. */
export const fakeMachine = ({ folder = 'a', laterMs = 0, latencies, run = {}, block }: FakeMachine = {}): MergeSource => {
  const blank = fakeRun(
    [
      { state: 'edge', mode: 'full', blocks: 3, isStamped: true, cpuServerNs: null },
      { state: 'edge', mode: 'ticket', mechanism: 'ticket', blocks: 3, isStamped: true, cpuServerNs: null },
    ],
    {
      scenario: SCENARIO,
      states: [fakeState({ label: 'edge', kind: 'target', target: 'edge:443', cpuSource: null, cpuAbsence: 'other-machine' })],
    },
  );
  const startedAt = new Date(Date.parse(blank.startedAt) + laterMs).toISOString();
  const blocks = blank.blocks.map((one): BlockRecord => {
    const moved = {
      ...one,
      startUnixNs: String(BigInt(one.startUnixNs) + BigInt(laterMs * MS)),
      server: { ...one.server, cpuAbsence: 'other-machine' as const },
      hosts: one.hosts.map((host) => ({
        ...host,
        handshakes: one.handshakes,
        honoured: one.honoured,
        errors: 0,
        cpuClientNs: one.cpuClientNs,
      })),
      ...(latencies !== undefined && one.cell.endsWith('full') && timed(latencies[one.round] ?? [])),
    };
    return { ...moved, ...block?.(moved) };
  });
  return { folder, run: { ...blank, startedAt, blocks, ...run } };
};

const timed = (latencies: readonly number[]): Partial<BlockRecord> => {
  const histogram = new LatencyHistogram();
  for (const ns of latencies) histogram.record(ns);
  const encoded = histogram.encode();
  const { length } = latencies;
  return {
    handshakes: length,
    honoured: length,
    finished: { full: length, resumed: 0 },
    handshakeNs: encoded,
    connectNs: encoded,
  };
};
