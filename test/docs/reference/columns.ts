import { METRICS } from '../../../src/analysis/metrics/catalogue.ts';
import type { Metric } from '../../../src/analysis/metrics/metric.ts';
import { STAPLE_STATUSES, TICKET_FAMILIES } from '../../../src/domain/probe-record.ts';
import { compareStates } from '../../../src/analysis/compare/states.ts';
import { compareCsv } from '../../../src/report/comparison/csv.ts';
import { probeCsv } from '../../../src/report/probe/csv.ts';
import { blocksCsv, summaryCsv } from '../../../src/report/run-csv.ts';
import { timelineCsv } from '../../../src/report/timeline-csv.ts';
import { summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import { fakeRun } from '../../report/fake-run.ts';
import { fakeProbe } from '../../report/probe/fake-probe.ts';
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

const PROBE: Readonly<Record<string, string>> = {
  target: 'The target, as it was written.',
  address: 'Address that was dialled.',
  port: 'Port that was dialled.',
  unreachable: 'Why no TCP connection came about; empty where one did.',
  group: 'Group of addresses that resume the sessions of each other, by its letter in the map.',
  protocol: '`TLSv1.2` or `TLSv1.3`.',
  failure: 'Why the protocol came to no handshake; empty where it did.',
  cipher: 'Cipher suite that was negotiated.',
  key_exchange_group: 'Group of the key exchange; empty where the handshake had no named one.',
  forward_secrecy: 'Whether the key exchange gives forward secrecy.',
  alpn: 'Application protocol that was negotiated.',
  key_type: "Key type of the server's certificate.",
  certificates: 'Certificates in the chain, as sent.',
  chain_bytes: 'Length of these certificates.',
  certificate_serial: "Serial number of the server's certificate.",
  not_after_utc: 'Its expiry, ISO 8601.',
  verification: '`ok`, or why the certificate is not trusted; empty with `--insecure`.',
  staple: `Stapled OCSP response: ${STAPLE_STATUSES.map(code).join(', ')}.`,
  staple_until_utc: 'End of its validity, ISO 8601.',
  session_id_bytes: 'Length of the session ID that the server assigned to a client without tickets.',
  tickets: 'Tickets of one full handshake.',
  ticket_bytes: 'Lengths of the tickets that were seen, separated by spaces.',
  ticket_lifetime_s: 'Lifetime that the server stated for its tickets; empty where it stated none.',
  ticket_arrival: '`with-handshake`, `after-handshake` or `after-request`.',
  ticket_family: `Layout of the tickets: ${TICKET_FAMILIES.map(code).join(', ')}.`,
  ticket_keys: 'Short hashes of the names of the ticket keys, separated by spaces, in the order in which they were seen.',
  extended_master_secret: 'Whether TLS 1.2 bound the session to its handshake (RFC 7627).',
  hello_retry: 'Whether the server asked for another key share (HelloRetryRequest).',
  client_certificate: 'Whether the server asked for a certificate of the client.',
  early_data_bytes: 'Largest early data that a ticket allows; empty where none is offered.',
  early_data_accepted: 'Whether early data was accepted; empty where none was sent.',
  mechanism:
    'Kind of session that was offered: `session-id`, `ticket`, `psk` or `psk-stateful` (the ticket is a key into a cache).',
  tries: 'Attempts that offered a session and ended with a finished handshake.',
  honoured: 'Those of them that were resumed.',
  failed: 'Attempts without a finished handshake.',
  share_low: 'Lower bound of the share of honoured attempts, with a confidence of 95% (Clopper and Pearson).',
  share_high: 'Upper bound.',
  offered_again: 'Outcome of offering a session that had been resumed once: `honoured` or `declined`.',
  renewed: 'Whether a resumption brought a new ticket.',
  bytes_full: 'TLS bytes of a full handshake in both directions, the median.',
  bytes_resumed: 'The same of a resumed one.',
  tls10: 'Answer to a hello of TLS 1.0: `accepted`, `refused` or `no-answer`.',
  tls11: 'Answer to a hello of TLS 1.1.',
  post_quantum: 'Answer to a hello that offers the group X25519MLKEM768 alone.',
  connections: 'TCP connections that were made to the address.',
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

/** `probe --format csv`: no column of it is a metric. */
export const probeColumns = (): string => columns(headerOf(probeCsv(fakeProbe())), PROBE);

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
