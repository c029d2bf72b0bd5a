import { METRICS } from '../../../src/analysis/metrics/catalogue.ts';
import type { Metric } from '../../../src/analysis/metrics/metric.ts';
import { compareStates } from '../../../src/analysis/compare/states.ts';
import { compareCsv } from '../../../src/report/comparison/csv.ts';
import { blocksCsv, summaryCsv } from '../../../src/report/run-csv.ts';
import { timelineCsv } from '../../../src/report/timeline-csv.ts';
import { summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import { fakeRun } from '../../report/fake-run.ts';
import { code, plain, table } from './markdown.ts';

/** What a cell is; these columns lead every row. */
const IDENTITY: Readonly<Record<string, string>> = {
  run_id: 'The run: its UTC time and name.',
  state: 'Label of the state.',
  target: 'What was dialled.',
  protocol: '`TLSv1.2` or `TLSv1.3`.',
  mode: 'The handshake that was asked for.',
  mechanism:
    'What resumed it: `session-id`, `ticket`, `psk`, `psk-stateful`, or `mixed`. Empty for full handshakes and where nothing was resumed.',
  cipher: 'Cipher suite that was negotiated.',
  group: 'Group of the key exchange.',
  clock:
    'The clock of every latency in the row: `kernel` (stamps of arrival, without our own queue), `user` (our own process), `older` (that of a record from before there were stamps) or `mixed`.',
  key_type: "Key type of the server's certificate.",
  status:
    '`honoured` (all), `partly`, `never` (finished, but none honoured), `failed` (none finished) or `empty` (not measured).',
};

const BLOCKS: Readonly<Record<string, string>> = {
  ...IDENTITY,
  round: 'Round of the plan, from 0.',
  order: 'Position of the block in its round.',
  start_unix_ns: 'Start of the window, in ns since 1970.',
  start_utc: 'The same start as ISO 8601 text: spreadsheets and R round the 19 digits of `start_unix_ns`.',
  duration_ns: 'Length of the window.',
  valid: 'Whether the block is part of the result.',
  invalid_reason: 'Why it is not.',
  saturated: 'Whether the generator was the bottleneck.',
};

const TIMELINE: Readonly<Record<string, string>> = {
  ...IDENTITY,
  round: 'Round of the plan, from 0.',
  order: 'Position of the window in its round.',
  start_s: 'Start of the interval, from the start of the window.',
  duration_s: 'Length of the interval. The last one ends with the last handshake.',
  handshakes: 'Handshakes that finished in the interval: honoured and declined.',
  latency_p50_ns:
    'Median time of the honoured handshakes that finished in the interval, within 1.1%: under a schedule their response time, otherwise their handshake time.',
  latency_p99_ns: '99% of them took at most this long, within 1.1%.',
  latency_max_ns: 'The slowest of them (exact).',
  cpu_server_window_ns:
    "CPU time of the servers of the state in the interval, for all cells of the window together. Empty where it is not known, as while a server's processes are replaced.",
  events: 'What was done to the servers of the state in the interval, such as `renew` or `stop node 2`, separated by `; `.',
};

const COMPARE: Readonly<Record<string, string>> = {
  ...IDENTITY,
  metric: 'The metric, as gates name it.',
  unit: 'Unit of `before` and `after`.',
  before: 'Value in the first state.',
  after: 'Value in the second state.',
  ratio: 'Estimate of after / before.',
  ratio_low: 'Lower bound of the ratio.',
  ratio_high: 'Upper bound of the ratio.',
  confidence: 'Confidence level of the bounds.',
  pairs: 'Pairs of blocks (or runs) behind the row.',
  p_value: 'p-value of the test against the margin. Empty where nothing is judged.',
  p_adjusted: "The p-value after Holm's correction.",
  min_effect: 'Smallest relative change that counts.',
  verdict: '`improved`, `regressed`, `equivalent`, `inconclusive`, or empty where the metric is only shown.',
  reason: 'Why there is no verdict.',
  before_state: 'Label of the first state.',
  after_state: 'Label of the second state.',
};

/** `summary.csv`: the metrics, with what gates call them. */
export const summaryColumns = (): string =>
  table(
    ['column', 'metric in gates', 'unit', 'better', 'reading'],
    headerOf(summaryCsv([RUN])).map((column) => {
      const metric = metricOf(column);
      return metric === undefined
        ? [code(column), '', '', '', described(column, IDENTITY)]
        : [code(column), code(metric.id), metric.unit, metric.better === 'neither' ? '' : metric.better, plain(metric.reading)];
    }),
  );

/** `blocks.csv`: what is named as in `summary.csv` is the same metric, of one block. */
export const blockColumns = (): string => columns(headerOf(blocksCsv([RUN])), BLOCKS);

/** `timeline.csv`: what is named as in `summary.csv` is the same, of one interval. */
export const timelineColumns = (): string => columns(headerOf(timelineCsv([RUN])), TIMELINE);

export const compareColumns = (): string => columns(headerOf(comparisonCsv()), COMPARE);

const columns = (header: readonly string[], descriptions: Readonly<Record<string, string>>): string =>
  table(
    ['column', 'reading'],
    header.map((column) => [code(column), described(column, descriptions)]),
  );

const described = (column: string, descriptions: Readonly<Record<string, string>>): string => {
  const text = descriptions[column] ?? metricOf(column)?.reading;
  if (text === undefined) throw new Error(`the column ${column} has no description in test/docs/reference/columns.ts`);
  return descriptions[column] === undefined ? plain(text) : text;
};

const metricOf = (column: string): Metric | undefined => METRICS.find((metric) => metric.column === column);

const headerOf = (csv: string): readonly string[] => (csv.split('\n', 1)[0] ?? '').split(',');

const RUN = summarizeRun(fakeRun([{ state: 'before' }, { state: 'after' }]));

const comparisonCsv = (): string => {
  const [comparison] = compareStates(RUN);
  if (comparison === undefined) throw new Error('two states make one comparison');
  return compareCsv([comparison]);
};
