import { expect, it } from 'vitest';
import { decideGates } from '../../src/analysis/gate/decide.ts';
import { parseGate } from '../../src/analysis/gate/parse.ts';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import type { NoticeCode } from '../../src/domain/notice.ts';
import type { GateResult } from '../../src/domain/gate.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { measure } from '../../src/run/measurement.ts';
import { FakeFleet, type FakeTarget } from './fake-fleet.ts';
import { preparedOn } from './prepared-on.ts';

const measured = async (target: FakeTarget): Promise<RunRecord> =>
  measure(
    await preparedOn(
      new FakeFleet(target, 1),
      {
        name: 'test',
        states: { edge: { target: '127.0.0.1:443' } },
        protocols: ['TLSv1.3'],
        modes: ['full'],
        load: { model: 'closed', concurrency: 8 },
        plan: { rounds: 12, handshakesPerBlock: 200, warmup: 0 },
        seed: 7,
      },
      {},
    ),
  );

const judged = (run: RunRecord, ...gates: readonly string[]): readonly GateResult[] =>
  decideGates(summarizeRun(run), { gates: gates.map(parseGate), settings: { alpha: 0.01, minEffect: 0.05, minDelta: undefined } })
    .results;

const codes = ({ notices }: RunRecord): NoticeCode[] => notices.map(({ code }) => code);

it('is the kernel’s, and the parts of a handshake make up its latency', async () => {
  const run = await measured({ handshakeMs: () => 4 });
  const [cell] = summarizeRun(run).cells;
  expect(cell?.clock).toBe('kernel');
  expect(codes(run)).not.toContain('user-clock');
  const parts = (cell?.split?.waitNs.meanNs ?? 0) + (cell?.split?.clientNs.meanNs ?? 0);
  expect(parts).toBe(cell?.handshakeNs.meanNs);
});

it('is the user’s in a window in which the system’s clock was stepped, and the run says so', async () => {
  const run = await measured({ isClockStepped: ({ index }) => index === 3 });
  expect(run.blocks.map(({ clock }) => clock).filter((clock) => clock === 'user')).toHaveLength(1);
  expect(run.notices).toContainEqual({ code: 'user-clock', severity: 'warning', reason: 'stepped', blocks: 1, of: 12 });
  expect(summarizeRun(run).cells[0]?.clock).toBe('mixed');
});

it('leaves the latency of a saturated generator fit for gates, and not its rate', async () => {
  const run = await measured({ handshakeMs: () => 2, queueMs: () => 20 });
  expect(run.blocks.every(({ saturated }) => saturated)).toBe(true);
  expect(codes(run)).toContain('generator-saturated');
  const results = judged(run, 'full.p50 < 3ms', 'full.wait.p50 < 1ms', 'full.rate > 1/s');
  expect(results.map(({ outcome, caveat }) => [outcome, caveat?.code])).toEqual([
    ['passed', undefined],
    ['failed', undefined],
    ['inconclusive', 'saturated'],
  ]);
});

it('makes the latency of a saturated generator unfit for gates where it is the user’s', async () => {
  const run = await measured({ handshakeMs: () => 2, queueMs: () => 20, isClockStepped: () => true });
  const blocks = run.blocks.map((block) => ({ ...block, saturated: true }));
  expect(judged({ ...run, blocks }, 'full.p50 < 3ms')[0]?.caveat?.code).toBe('saturated');
});
