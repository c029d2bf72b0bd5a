import { metric, type Metric, type MetricId } from '../analysis/metrics.ts';
import { SAVING_METRICS, savings, type Saving } from '../analysis/saving.ts';
import { summarize, type CellSummary } from '../analysis/summary.ts';
import { protocolLabel } from '../domain/protocol.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { formatChange, formatValue } from './format.ts';

/** A table as every renderer takes it: text only. */
export interface Table {
  readonly columns: readonly { readonly head: string; readonly align: 'left' | 'right' }[];
  readonly rows: readonly (readonly string[])[];
}

/** The result of a run in words and columns. */
export interface ResultTable {
  readonly title: string;
  /** What is the same in all rows, lifted out of the table. */
  readonly fixed: readonly string[];
  readonly table: Table;
  /** What each resumption mode saves, a sentence each. */
  readonly savings: readonly string[];
}

const SHOWN: readonly MetricId[] = ['p50', 'p90', 'p99', 'rate', 'cpu.client', 'cpu.server', 'resumed'];

/** Columns that say what a row is. One that is the same in every row is lifted out. */
const IDENTITY: readonly { readonly head: string; readonly text: (cell: CellSummary) => string }[] = [
  { head: 'state', text: (cell) => cell.state },
  { head: 'protocol', text: (cell) => protocolLabel(cell.protocol) },
  { head: 'mode', text: (cell) => cell.mode },
  { head: 'resumed by', text: (cell) => cell.mechanism ?? '-' },
  { head: 'key', text: (cell) => cell.keyType ?? '-' },
];

export const resultTable = (run: RunRecord): ResultTable => {
  const cells = summarize(run);
  const [varying, constant] = partition(IDENTITY, (column) => new Set(cells.map(column.text)).size > 1);
  const [sample] = cells;
  const metrics = SHOWN.map(metric).filter((shown) => cells.some((cell) => shown.value(cell) !== undefined));
  return {
    title: `${run.name}, ${run.startedAt.slice(0, 16).replace('T', ' ')} UTC`,
    fixed: [
      ...constant.map(({ head, text }) => `${head} ${sample === undefined ? '-' : text(sample)}`),
      `engine ${run.engine.name} (${run.engine.library})`,
      `${String(run.workers)} ${run.workers === 1 ? 'worker' : 'workers'}`,
    ],
    table: {
      columns: [
        ...varying.map(({ head }) => ({ head, align: 'left' as const })),
        ...metrics.map(({ label }) => ({ head: label, align: 'right' as const })),
      ],
      rows: cells.map((cell) => [...varying.map(({ text }) => text(cell)), ...metrics.map((shown) => valueText(cell, shown))]),
    },
    savings: savingSentences(run, cells),
  };
};

const valueText = (cell: CellSummary, shown: Metric): string => formatValue(shown.value(cell), shown.unit);

/** One sentence per state, protocol and resumption mode: what it saves, or that it did not happen. */
const savingSentences = (run: RunRecord, cells: readonly CellSummary[]): string[] => {
  const hasStates = new Set(cells.map((cell) => cell.state)).size > 1;
  const saved = savings(cells);
  return cells
    .filter((cell) => cell.mode !== 'full')
    .map((cell) => {
      const name = `${hasStates ? `${cell.state} ` : ''}${protocolLabel(cell.protocol)} ${cell.mode}`;
      const saving = saved.find((one) => one.state === cell.state && one.protocol === cell.protocol && one.mode === cell.mode);
      return `${name}: ${saving === undefined ? unsavedText(run, cell) : savingText(saving)}`;
    });
};

const unsavedText = (run: RunRecord, cell: CellSummary): string => {
  if (cell.honoured > 0) return 'no full handshake beside it to compare with';
  if (cell.handshakes === 0) return 'no handshake was finished';
  const isExpected = run.cells.some(({ id, expected }) => id === cell.id && expected === 'declined');
  return `never resumed${isExpected ? ', as the server is configured' : ''}`;
};

const savingText = ({ change }: Saving): string => {
  const parts = SAVING_METRICS.flatMap((id) => {
    const value = change[id];
    return value === undefined || (id !== 'p50' && id !== 'cpu.server' && id !== 'cpu.client')
      ? []
      : [`${SPOKEN[id]} ${formatChange(value)}`];
  });
  return parts.join(', ');
};

const SPOKEN = { p50: 'p50', 'cpu.server': 'server CPU', 'cpu.client': 'client CPU' } as const;

const partition = <Item>(items: readonly Item[], test: (item: Item) => boolean): [Item[], Item[]] => [
  items.filter(test),
  items.filter((item) => !test(item)),
];
