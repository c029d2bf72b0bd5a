import { expect, it } from 'vitest';
import { compareStored, type StoredOptions } from '../../../src/analysis/compare/stored.ts';
import { summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import type { Comparison } from '../../../src/domain/comparison.ts';
import { ResumarkError } from '../../../src/domain/error.ts';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { fakeRun, type FakeCell } from '../../report/fake-run.ts';

const OPTIONS: StoredOptions = { settings: { alpha: 0.01, minEffect: 0.05 }, state: undefined, isForced: false };

/** A run of one server on a machine that is faster or slower by a factor that hits all of it. */
const runOf = (machine: number, ticket = 1, change: Partial<RunRecord> = {}): RunRecord => {
  const cells: FakeCell[] = [
    { mode: 'full', medianNs: 1_200_000 * machine, cpuServerNs: 500_000 * machine, blocks: 3 },
    {
      mode: 'ticket',
      mechanism: 'ticket',
      medianNs: 600_000 * machine * ticket,
      cpuServerNs: 200_000 * machine * ticket,
      blocks: 3,
    },
  ];
  return fakeRun(cells, { id: `run-${String(machine)}-${String(ticket)}`, ...change });
};

const DAYS = [1, 1.04, 0.97, 1.02, 0.99];

const compare = (before: readonly RunRecord[], after: readonly RunRecord[], options = OPTIONS): Comparison =>
  compareStored({ label: 'before', runs: before.map(summarizeRun) }, { label: 'after', runs: after.map(summarizeRun) }, options);

const rowOf = ({ rows }: Comparison, mode: string, metric: string, per: string | null = null) =>
  rows.find((row) => row.mode === mode && row.metric === metric && row.per === per);

it('never makes a verdict of one run of each state, and says why', () => {
  const comparison = compare([runOf(1)], [runOf(1, 3)]);
  expect([comparison.design, comparison.verdict]).toEqual(['single', 'inconclusive']);
  expect(rowOf(comparison, 'ticket', 'cpu.server')).toMatchObject({
    verdict: 'inconclusive',
    caveat: { code: 'single-run' },
  });
  expect(rowOf(comparison, 'ticket', 'cpu.server')?.ratio).toBeCloseTo(3, 6);
});

it('judges several runs by what differs between runs of one state', () => {
  const comparison = compare(
    DAYS.map((day) => runOf(day)),
    DAYS.map((day) => runOf(day * 1.3)),
  );
  expect(comparison.design).toBe('runs');
  expect(rowOf(comparison, 'full', 'cpu.server')).toMatchObject({ verdict: 'regressed', pairs: 5, caveat: null });
  const few = compare([runOf(1), runOf(1.02)], [runOf(1.3), runOf(1.31)]);
  expect(rowOf(few, 'full', 'cpu.server')?.caveat).toEqual({ code: 'few-runs', runs: 2, needed: 5 });
});

it('judges a resumed handshake as it is, and shows its ratio to the full one of the same run beside it', () => {
  // Every handshake got slower, and a ticket is now cheaper beside a full handshake: that is no improvement of tickets.
  const full = (factor: number): RunRecord => runOf(factor, 1 / factor);
  const slower = compare(
    DAYS.map((day) => runOf(day)),
    DAYS.map((day) => full(10 * day)),
  );
  expect(rowOf(slower, 'ticket', 'p50')).toMatchObject({ role: 'primary', verdict: 'equivalent' });
  const ratio = rowOf(slower, 'ticket', 'p50', 'full');
  expect(ratio).toMatchObject({ role: 'secondary', before: expect.closeTo(0.5, 2) as number });
  expect(ratio?.ratio).toBeCloseTo((ratio?.after ?? 0) / (ratio?.before ?? 1), 9);
  expect(slower.verdict).toBe('regressed');
});

it('judges the ratio where the runs were measured on other machines, and the plain value not at all', () => {
  const elsewhere = { environment: { ...runOf(1).environment, cpu: 'another' } };
  const moved = compare(
    DAYS.map((day) => runOf(day)),
    DAYS.map((day) => runOf(2 * day, 1, elsewhere)),
    { ...OPTIONS, isForced: true },
  );
  expect(rowOf(moved, 'ticket', 'cpu.server')?.caveat).toEqual({
    code: 'measured-unlike',
    what: ['processor'],
    judgeInstead: 'cpu.server / full cpu.server',
  });
  expect(rowOf(moved, 'ticket', 'cpu.server', 'full')).toMatchObject({ role: 'primary', verdict: 'equivalent' });
  expect(moved.verdict).toBe('inconclusive');
});

it('takes the machine out of the ratio of a resumed handshake to the full one of the same run', () => {
  // The machine of the runs after is half as fast; only a ticket that costs more beside its full handshake is a change.
  const same = compare(
    DAYS.map((day) => runOf(day)),
    DAYS.map((day) => runOf(2 * day)),
  );
  expect(rowOf(same, 'ticket', 'cpu.server')).toMatchObject({ verdict: 'regressed' });
  expect(rowOf(same, 'ticket', 'cpu.server', 'full')).toMatchObject({ verdict: 'equivalent' });
  expect(rowOf(same, 'ticket', 'cpu.server', 'full')?.ratio).toBeCloseTo(1, 9);
  const dearer = compare(
    DAYS.map((day) => runOf(day)),
    DAYS.map((day) => runOf(2 * day, 1.25)),
  );
  expect(rowOf(dearer, 'ticket', 'cpu.server', 'full')).toMatchObject({ verdict: 'regressed' });
  expect(rowOf(dearer, 'ticket', 'cpu.server', 'full')?.ratio).toBeCloseTo(1.25, 9);
});

it('shows that a mode was switched on even in single runs, without calling it a verdict', () => {
  const off = fakeRun([
    { mode: 'full', blocks: 3 },
    { mode: 'ticket', blocks: 3, honoured: 0, declined: { refused: 160 } },
  ]);
  const comparison = compare([off], [runOf(1)]);
  expect(rowOf(comparison, 'ticket', 'resumed')).toMatchObject({ verdict: 'improved', before: 0, after: 1 });
  expect(comparison.verdict).toBe('inconclusive');
});

it.each<[string, Partial<RunRecord>, string]>([
  [
    'another engine',
    { engine: { name: 'openssl', library: 'node:tls, OpenSSL 3.0.15', reason: '', shortcuts: [] } },
    '  engine: node before, openssl after',
  ],
  [
    'another OpenSSL',
    { engine: { name: 'node', library: 'node:tls, OpenSSL 3.5.0', reason: '', shortcuts: [] } },
    '  TLS library: node:tls, OpenSSL 3.0.15 before, node:tls, OpenSSL 3.5.0 after',
  ],
  [
    'work that the client was spared in one of them',
    { engine: { name: 'node', library: 'node:tls, OpenSSL 3.0.15', reason: '', shortcuts: ['signature-unchecked', 'spinning'] } },
    '  shortcuts: none before, signature-unchecked, spinning after',
  ],
  ['another number of workers', { workers: 1 }, '  workers: 2 before, 1 after'],
  [
    'another load',
    { scenario: { load: { model: 'closed', concurrency: 1 } } },
    '  load: {"model":"closed","concurrency":16} before, {"model":"closed","concurrency":1} after',
  ],
])('refuses runs with %s, and names the difference', (_what, change, line) => {
  let error: unknown;
  try {
    compare([runOf(1)], [runOf(1, 1, change)]);
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof ResumarkError)) throw new Error('not refused');
  expect(error.message.split('\n')).toEqual(['the runs cannot be compared: they differ in more than the change.', line]);
  expect([error.exitCode, error.hint]).toEqual([2, 'Measure both alike, or compare them all the same with --force.']);
});

it('refuses runs of other modes, versions, suites and key types, and marks them when it is told to go on', () => {
  const [full] = runOf(1).cells;
  const other = fakeRun([{ mode: 'full', protocol: 'TLSv1.3' }]);
  const rsa = fakeRun([{ keyType: 'rsa-2048', cipher: 'ECDHE-RSA-AES128-GCM-SHA256' }]);
  const ecdsa = fakeRun([{ keyType: 'ecdsa-p256', cipher: 'ECDHE-ECDSA-AES128-GCM-SHA256' }]);
  expect(full?.protocol).toBe('TLSv1.2');
  expect(() => compare([runOf(1)], [other])).toThrow(/TLSv1\.2 ticket: measured before, not measured after/u);
  expect(() => compare([rsa], [ecdsa])).toThrow(/TLSv1\.2 full key type: rsa-2048 before, ecdsa-p256 after/u);
  const forced = compare([rsa], [ecdsa], { ...OPTIONS, isForced: true });
  expect(forced.differences).toEqual([
    { what: 'TLSv1.2 full cipher', before: 'ECDHE-RSA-AES128-GCM-SHA256', after: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
    { what: 'TLSv1.2 full key type', before: 'rsa-2048', after: 'ecdsa-p256' },
  ]);
});

it('takes the state with the label of its side, the one that is named, or asks', () => {
  const two = fakeRun([
    { state: 'before', cpuServerNs: 500_000 },
    { state: 'after', cpuServerNs: 1_000_000 },
  ]);
  expect(rowOf(compare([two], [two]), 'full', 'cpu.server')?.ratio).toBeCloseTo(2, 9);
  expect(rowOf(compare([two], [two], { ...OPTIONS, state: 'after' }), 'full', 'cpu.server')?.ratio).toBeCloseTo(1, 9);
  const runs = [summarizeRun(two)];
  expect(() => compareStored({ label: 'old', runs }, { label: 'new', runs }, OPTIONS)).toThrow(
    /has no state old: its states are before, after\./u,
  );
});
