import { metric, type MetricId } from '../../analysis/metrics/catalogue.ts';
import { savings, type Saving } from '../../analysis/summary/saving.ts';
import type { CellSummary } from '../../analysis/summary/cell-summary.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { counted, formatChange, formatShare, formatValue } from './units.ts';

/**
 * The colour of a line. `absent` is a mode that was expected not to resume, `failed` one that
 * should have.
 */
export type Tone = 'better' | 'worse' | 'same' | 'absent' | 'failed';

/** One metric of a saving, in words and as a share of the full handshake's. */
export interface SavingPart {
  readonly name: string;
  readonly full: string;
  readonly resumed: string;
  /** metric(mode) / metric(full): 0.37 is a saving of 63%. */
  readonly share: number;
  readonly change: string;
  readonly tone: Tone;
}

/** The saving of one resumption mode of one state, as a sentence and in its parts. */
export interface SavingLine {
  readonly cell: CellSummary;
  /** `TLS 1.2 ticket`, with the state in front where there are several. */
  readonly label: string;
  /** `p50 -63%, server CPU -74%`, or the reason why there is no saving. */
  readonly text: string;
  readonly tone: Tone;
  readonly parts: readonly SavingPart[];
  /** A remark on the parts; empty when there is none. */
  readonly note: string;
}

/** The metrics of a saving, with their names in a sentence. */
const SPOKEN: readonly (readonly [MetricId, string])[] = [
  ['p50', 'p50'],
  ['cpu.server', 'server CPU'],
  ['cpu.client', 'client CPU'],
];

/**
 * One line per state, protocol and resumption mode: the savings, and after them the modes without
 * one.
 */
export const savingLines = (run: RunRecord, cells: readonly CellSummary[]): SavingLine[] => {
  const hasStates = new Set(cells.map((cell) => cell.state)).size > 1;
  const saved = savings(cells);
  const lines = cells
    .filter((cell) => cell.mode !== 'full')
    .map((cell): SavingLine => {
      const label = `${hasStates ? `${cell.state} ` : ''}${protocolLabel(cell.protocol)} ${cell.mode}`;
      const saving = saved.find((one) => isOf(cell, one) && one.mode === cell.mode);
      const full = cells.find((one) => isOf(cell, one) && one.mode === 'full');
      return saving === undefined || full === undefined
        ? { cell, label, parts: [], note: '', ...unsaved(run, cell) }
        : { cell, label, ...savedBy(saving, full, cell) };
    });
  return lines.toSorted((a, b) => placeOf(a) - placeOf(b));
};

/** Savings first, then failures, then modes that were expected not to resume. */
const placeOf = ({ tone }: SavingLine): number => ['failed', 'absent'].indexOf(tone);

/** A line as one sentence. */
export const savingSentence = ({ label, text }: SavingLine): string => `${label}: ${text}`;

const isOf = (cell: CellSummary, other: Pick<CellSummary, 'state' | 'protocol'>): boolean =>
  other.state === cell.state && other.protocol === cell.protocol;

const savedBy = (
  { change }: Saving,
  full: CellSummary,
  cell: CellSummary,
): Pick<SavingLine, 'text' | 'tone' | 'parts' | 'note'> => {
  const parts = SPOKEN.flatMap(([id, name]): SavingPart[] => {
    const value = change[id];
    if (value === undefined) return [];
    const { unit, value: of } = metric(id);
    return [
      {
        name,
        full: formatValue(of(full), unit),
        resumed: formatValue(of(cell), unit),
        share: 1 + value,
        change: formatChange(value),
        tone: toneOf(value),
      },
    ];
  });
  const text = parts.map(({ name, change: by }) => `${name} ${by}`).join(', ');
  const note = partlyText(cell);
  return { text: note === '' ? text : `${text} (${note})`, tone: parts[0]?.tone ?? 'same', parts, note };
};

/**
 * CPU time is that of the window divided by the honoured handshakes, so it includes the cost of the
 * declined ones.
 */
const partlyText = (cell: CellSummary): string =>
  cell.declined > 0 ? `only ${formatShare(cell.honouredShare)} resumed: CPU includes the declined handshakes` : '';

/**
 * Smaller changes are neither better nor worse: they are below what a histogram of three digits can
 * tell.
 */
const UNCHANGED_BELOW = 0.01;

const toneOf = (change: number): Tone => {
  if (Math.abs(change) < UNCHANGED_BELOW) return 'same';
  return change < 0 ? 'better' : 'worse';
};

const unsaved = (run: RunRecord, cell: CellSummary): Pick<SavingLine, 'text' | 'tone'> => {
  const isExpected = run.cells.some(({ id, expected }) => id === cell.id && expected === 'declined');
  switch (cell.status) {
    case 'honoured':
    case 'partly':
      return { text: 'there is no full handshake to compare with', tone: 'absent' };
    case 'never':
      return isExpected
        ? { text: 'never resumed, as configured', tone: 'absent' }
        : { text: `never resumed in ${counted(cell.handshakes, 'handshake')}`, tone: 'failed' };
    case 'failed':
      return { text: 'no handshake finished', tone: 'failed' };
    case 'empty':
      return { text: 'not measured', tone: 'absent' };
  }
};
