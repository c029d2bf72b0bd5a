import { timelinesOf, type Interval, type Timeline } from '../analysis/timeline/intervals.ts';
import type { RunSummary } from '../analysis/summary/run-summary.ts';
import { ratioOf } from '../stats/descriptive.ts';
import { CoarseHistogram } from '../stats/coarse-histogram.ts';
import { csv, exact, roundedBy, type Columns, type DecimalSign } from './csv.ts';
import { eventName } from './text/events.ts';

/** `timeline.csv`: a row per run, window, cell and interval, in order; none where nothing was counted over time. */
export const timelineCsv = (summaries: readonly RunSummary[], decimal?: DecimalSign): string =>
  csv(
    COLUMNS,
    summaries.flatMap(({ run }) => timelinesOf(run).flatMap((timeline) => rowsOf(run.id, timeline))),
    decimal,
  );

interface Row extends Timeline {
  readonly runId: string;
  readonly interval: Interval;
  readonly latency: CoarseHistogram;
}

const rowsOf = (runId: string, timeline: Timeline): Row[] =>
  timeline.intervals.map((interval) => ({
    ...timeline,
    runId,
    interval,
    latency: CoarseHistogram.decode(interval.counts.latencyNs),
  }));

const lengthNs = ({ interval: { startNs, endNs } }: Row): number => endNs - startNs;

const COLUMNS: Columns<Row> = [
  ['run_id', ({ runId }) => runId],
  ['round', ({ block }) => block.round],
  ['order', ({ block }) => block.position],
  ['state', ({ cell }) => cell.state],
  ['protocol', ({ cell }) => cell.protocol],
  ['mode', ({ cell }) => cell.mode],
  ['start_s', ({ interval }) => interval.startNs / 1e9],
  ['duration_s', (row) => lengthNs(row) / 1e9],
  ['handshakes', ({ interval: { counts } }) => counts.handshakes],
  ['honoured', ({ interval: { counts } }) => counts.honoured],
  ['declined', ({ interval: { counts } }) => counts.handshakes - counts.honoured],
  ['errors', ({ interval: { counts } }) => counts.errors],
  ['honoured_share', ({ interval: { counts } }) => exact(ratioOf(counts.honoured, counts.handshakes) ?? null)],
  ['rate_per_s', (row) => roundedBy('per-second', row.interval.counts.honoured / (lengthNs(row) / 1e9))],
  ['latency_p50_ns', ({ latency }) => roundedBy('ns', latency.quantileNs(0.5))],
  ['latency_p99_ns', ({ latency }) => roundedBy('ns', latency.quantileNs(0.99))],
  ['latency_max_ns', ({ latency }) => roundedBy('ns', latency.maxNs)],
  ['cpu_server_window_ns', ({ interval }) => roundedBy('ns', interval.cpuServerNs)],
  ['events', ({ interval }) => interval.events.map(eventName).join('; ')],
];
