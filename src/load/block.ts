import { cellId } from '../domain/cell.ts';
import type { Recording } from '../domain/run-record.ts';
import type { CpuMeter } from '../cpu/meter.ts';
import type { SessionPolicy } from '../domain/session-policy.ts';
import { nowNs } from '../engine/clock.ts';
import type { ClientSettings, Negotiated } from '../engine/engine.ts';
import { sumCounts } from '../analysis/summary.ts';
import { share, type PlannedBlock } from '../scenario/plan.ts';
import { LatencyHistogram, type EncodedHistogram } from '../stats/histogram.ts';
import type { WindowBound } from './closed.ts';
import type { Fleet } from './fleet.ts';
import type { WindowReport, WorkerRequest } from './messages.ts';
import type { PrimingReport } from './priming.ts';

/** Workers hear of the start by message; this is time enough for all of them to be waiting for it. */
const START_MARGIN_NS = 5_000_000;

/** What is measured, of whom and how. */
export interface BlockOrder {
  readonly block: PlannedBlock;
  readonly settings: ClientSettings;
  readonly concurrency: number;
  readonly tapEvery: number;
  readonly policy: SessionPolicy;
  readonly serverCpu: CpuMeter | undefined;
}

export interface MeasuredBlock {
  readonly recording: Recording;
  readonly negotiated: Negotiated | undefined;
}

/** Measures one block: primes, publishes a common start, lets the workers load until the bound, and adds up what they report. */
export const measureBlock = async (fleet: Fleet, order: BlockOrder): Promise<MeasuredBlock> => {
  const shares = splitConcurrency(order.concurrency, fleet.size);
  const primings = await prime(fleet, order, shares);
  const cpuBefore = order.serverCpu?.readNs();
  const startNs = nowNs() + START_MARGIN_NS;
  const windows = await measure(fleet, order, { startNs, workers: shares.length });
  const cpuAfter = order.serverCpu?.readNs();
  return {
    recording: {
      cell: cellId(order.block.cell),
      round: Math.max(0, order.block.round),
      order: order.block.order,
      startUnixNs: unixNs(startNs),
      ...merge(windows, startNs),
      cpuServerNs: cpuBefore === undefined || cpuAfter === undefined ? null : cpuAfter - cpuBefore,
      primed: mergePriming(primings),
      valid: true,
      invalidReason: '',
    },
    negotiated: negotiatedOf(windows, primings),
  };
};

/** Each worker's part of the virtual clients, exactly; workers without any take no part. */
const splitConcurrency = (concurrency: number, workers: number): number[] =>
  Array.from({ length: Math.min(workers, concurrency) }, (_, i) => share(concurrency, Math.min(workers, concurrency), i));

const prime = async (fleet: Fleet, order: BlockOrder, shares: readonly number[]): Promise<PrimingReport[]> => {
  const cell = cellId(order.block.cell);
  const requests = shares.map((concurrency): WorkerRequest => ({
    type: 'prime',
    cell,
    settings: order.settings,
    concurrency,
    policy: order.policy,
  }));
  const answers = await fleet.ask(requests, 'primed');
  return answers.map((answer) => answer.report);
};

const measure = async (
  fleet: Fleet,
  order: BlockOrder,
  { startNs, workers }: { readonly startNs: number; readonly workers: number },
): Promise<WindowReport[]> => {
  const requests = Array.from({ length: workers }, (_, i): WorkerRequest => ({
    type: 'measure',
    startNs,
    bound: boundOf(order.block, { startNs, workers, index: i }),
    tapEvery: order.tapEvery,
    replenishes: order.policy === 'single-use',
  }));
  const answers = await fleet.ask(requests, 'measured');
  return answers.map((answer) => answer.report);
};

const boundOf = (
  { bound }: PlannedBlock,
  { startNs, workers, index }: { readonly startNs: number; readonly workers: number; readonly index: number },
): WindowBound =>
  bound.by === 'duration'
    ? { by: 'time', endNs: startNs + bound.durationMs * 1e6 }
    : { by: 'count', attempts: share(bound.handshakes, workers, index) };

/** What the measured handshakes agreed on, with the certificate that the full ones before them showed. */
const negotiatedOf = (windows: readonly WindowReport[], primings: readonly PrimingReport[]): Negotiated | undefined => {
  const measured = windows.find(({ tally }) => tally.negotiated !== undefined)?.tally.negotiated;
  const primed = primings.find(({ negotiated }) => negotiated !== undefined)?.negotiated;
  if (measured === undefined || primed === undefined) return measured;
  return { ...measured, keyType: primed.keyType, certificateSha256: primed.certificateSha256 };
};

const mergePriming = (reports: readonly PrimingReport[]): Recording['primed'] => ({
  handshakes: reports.reduce((sum, report) => sum + report.handshakes, 0),
  sessions: reports.reduce((sum, report) => sum + report.sessions, 0),
  probes: reports.reduce((sum, report) => sum + report.probes, 0),
  errors: sumCounts(reports.map((report) => report.errors)),
  conflicts: reports.reduce((sum, report) => sum + report.conflicts, 0),
});

const merge = (
  windows: readonly WindowReport[],
  startNs: number,
): Omit<Recording, 'cell' | 'round' | 'order' | 'startUnixNs' | 'cpuServerNs' | 'primed' | 'valid' | 'invalidReason'> => {
  const tallies = windows.map((window) => window.tally);
  const sum = (value: (window: WindowReport) => number): number => windows.reduce((total, window) => total + value(window), 0);
  const declined = sumCounts(tallies.map((tally) => tally.declined)) as Recording['declined'];
  const honoured = sum(({ tally }) => tally.honoured);
  const cpu = windows.map((window) => window.cpuNs);
  return {
    durationNs: Math.max(startNs, ...windows.map((window) => window.lastEndNs)) - startNs,
    handshakes: honoured + Object.values(declined).reduce((a, b) => a + b, 0),
    honoured,
    declined,
    errors: sumCounts(tallies.map((tally) => tally.errors)),
    mechanisms: sumCounts(tallies.map((tally) => tally.mechanisms)),
    helloRetries: sum(({ tally }) => tally.helloRetries),
    tapped: sum(({ tally }) => tally.tapped),
    sessionsGiven: sum(({ tally }) => tally.sessionsGiven),
    handshakeNs: mergeHistograms(tallies.map((tally) => tally.handshakeNs)),
    connectNs: mergeHistograms(tallies.map((tally) => tally.connectNs)),
    cpuClientNs: cpu.every((ns) => ns !== undefined) ? sum(({ cpuNs }) => cpuNs ?? 0) : null,
    bytesIn: sum(({ tally }) => tally.bytesIn),
    bytesOut: sum(({ tally }) => tally.bytesOut),
    clientNs: sum((window) => window.clientNs),
    residenceNs: sum((window) => window.residenceNs),
    replenished: sum((window) => window.replenished),
  };
};

const mergeHistograms = (parts: readonly EncodedHistogram[]): EncodedHistogram =>
  LatencyHistogram.merged(parts.map((part) => LatencyHistogram.decode(part))).encode();

/** A time on the engines' clock as Unix time, in digits: ns since 1970 are beyond what a double holds. */
const unixNs = (engineNs: number): string => String(BigInt(Math.round(performance.timeOrigin * 1e3)) * 1000n + BigInt(engineNs));
