import { metric, type MetricId } from '../../../src/analysis/metrics/catalogue.ts';
import { savings } from '../../../src/analysis/summary/saving.ts';
import type { CellSummary } from '../../../src/analysis/summary/cell-summary.ts';
import { summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import { protocolLabel } from '../../../src/domain/protocol.ts';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { engineText } from '../../../src/report/text/facts.ts';
import { loadText } from '../../../src/report/text/load.ts';
import { formatValue } from '../../../src/report/text/units.ts';
import { readRun } from '../../../src/run/files/run-folder.ts';
import { sumOf } from '../../../src/stats/descriptive.ts';
import { table } from './markdown.ts';

const DEMO = new URL('../../../results/reference/demo.json', import.meta.url).pathname;

const SHOWN: readonly MetricId[] = ['p50', 'p99', 'cpu.server', 'cpu.client', 'resumed'];

/** The demo's four rows of the README, and the sentence that reads them, from the run that is kept. */
export const demoResult = async (): Promise<string> => {
  const run = await readRun(DEMO);
  const { cells, settings } = summarizeRun(run);
  const rows = cells.filter(({ state, mode }) => state === 'after' && (mode === 'full' || mode === 'ticket'));
  return [
    table(
      ['protocol', 'mode', 'resumed by', ...SHOWN.map((id) => metric(id).label)],
      rows.map((cell) => [protocolLabel(cell.protocol), cell.mode, cell.mechanism ?? '-', ...SHOWN.map((id) => shown(cell, id))]),
    ),
    `<sub>\`npm start\` on ${machineOf(run)}: RSA-2048 key, engine ${engineText(run)}, ${loadText(settings.load, run.workers)}.</sub>`,
    reading(cells),
  ].join('\n\n');
};

const shown = (cell: CellSummary, id: MetricId): string => {
  const { value, unit } = metric(id);
  return formatValue(value(cell), unit).replace(' %', '%');
};

const machineOf = ({ environment }: RunRecord): string => `Node ${environment.node} with OpenSSL ${environment.openssl}`;

const reading = (cells: readonly CellSummary[]): string => {
  const [old, current] = (['TLSv1.2', 'TLSv1.3'] as const).map((protocol) => {
    const saving = savings(cells).find((one) => one.state === 'after' && one.protocol === protocol && one.mode === 'ticket');
    return { p50: percent(saving?.change.p50), cpu: percent(saving?.change['cpu.server']) };
  });
  const refused = cells.filter(({ state, mode }) => state === 'before' && mode === 'ticket');
  if (old === undefined || current === undefined || refused.some(({ honoured }) => honoured > 0)) {
    throw new Error('the run of the README is not the demo: its state before resumes');
  }
  const shares = ['own-keys', 'shared-keys'].map((state) => ticketShare(cells, state));
  return `A ticket saved ${old.p50} of the median handshake time and ${old.cpu} of the server's CPU on TLS 1.2, and ${current.p50} and
${current.cpu} on TLS 1.3, where a resumption still exchanges keys. Every one of these handshakes is proven to be what its row says; on
the same server with resumption off, not one ticket was accepted.${fleetReading(shares)}`;
};

/** The share of tickets that a fleet accepted, of both protocols; undefined in a run from before the demo had fleets. */
const ticketShare = (cells: readonly CellSummary[], state: string): number | undefined => {
  const offered = cells.filter((cell) => cell.state === state && cell.mode === 'ticket');
  const handshakes = sumOf(offered, (cell) => cell.handshakes);
  return handshakes === 0 ? undefined : sumOf(offered, ({ honoured }) => honoured) / handshakes;
};

const fleetReading = ([own, shared]: readonly (number | undefined)[]): string =>
  own === undefined || shared === undefined
    ? ''
    : ` Four servers behind a balancer accepted ${percentOf(own)} of the tickets with keys of their own, and ${percentOf(shared)} with shared ones.`;

const percentOf = (share: number): string => `${String(Math.round(share * 100))}%`;

const percent = (change: number | undefined): string => `${String(Math.round(-(change ?? Number.NaN) * 100))}%`;
