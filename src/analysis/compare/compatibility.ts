import type { RunDifference } from '../../domain/comparison.ts';
import type { CellRecord, RunRecord } from '../../domain/run-record.ts';
import { comparedSettings } from '../settings-of-run.ts';
import type { RunsOfState, StateOfRun } from './runs-of-state.ts';

/**
 * What makes runs incomparable, beside the change that they are to show: another load, engine, library or program, work that the
 * client was spared, or cells that negotiated otherwise. Empty when they may be compared.
 */
export const differencesBetween = (before: RunsOfState, after: RunsOfState): RunDifference[] => {
  const [reference] = before.runs;
  const found = [...before.runs.slice(1), ...after.runs].flatMap((other) => differencesOf(reference, other));
  return [...new Map(found.map((difference) => [JSON.stringify(difference), difference])).values()];
};

/** What runs were measured with otherwise: the differences that change every time and rate, whatever the server does. */
export const measuredUnlike = (differences: readonly RunDifference[]): string[] =>
  RUN_FACTS.map(([what]) => what).filter((what) => differences.some((difference) => difference.what === what));

const differencesOf = (reference: StateOfRun, other: StateOfRun): RunDifference[] => [
  ...RUN_FACTS.flatMap(([what, read]) => difference(what, read(reference.summary.run), read(other.summary.run))),
  ...cellsOf(reference).flatMap((cell) => {
    const match = sameCell(other, cell);
    if (match === undefined) return difference(nameOf(cell), 'measured', 'not measured');
    return CELL_FACTS.flatMap(([what, read]) => difference(`${nameOf(cell)} ${what}`, read(cell), read(match)));
  }),
  ...cellsOf(other)
    .filter((cell) => sameCell(reference, cell) === undefined)
    .flatMap((cell) => difference(nameOf(cell), 'not measured', 'measured')),
];

const RUN_FACTS: readonly (readonly [string, (run: RunRecord) => string])[] = [
  ['engine', ({ engine }) => engine.name],
  ['TLS library', ({ engine }) => engine.library],
  ['shortcuts', ({ engine }) => engine.shortcuts.join(', ') || 'none'],
  ['Node', ({ environment }) => environment.node],
  ['clock', (run) => [...new Set(run.blocks.map(({ clock }) => clock))].toSorted().join(', ')],
  ['workers', ({ workers }) => String(workers)],
  ['load', (run) => comparedSettings(run).load],
  ['connection', (run) => comparedSettings(run).connection],
  ['processor', ({ environment }) => `${environment.cpu}, ${String(environment.cores)} cores`],
];

const CELL_FACTS: readonly (readonly [string, (cell: CellRecord) => string])[] = [
  ['cipher', ({ negotiated }) => negotiated?.cipher ?? ''],
  ['group', ({ negotiated }) => negotiated?.group ?? ''],
  ['key type', ({ negotiated }) => negotiated?.keyType ?? ''],
];

const cellsOf = ({ summary, state }: StateOfRun): readonly CellRecord[] =>
  summary.run.cells.filter((cell) => cell.state === state);

const sameCell = (of: StateOfRun, { protocol, mode }: CellRecord): CellRecord | undefined =>
  cellsOf(of).find((cell) => cell.protocol === protocol && cell.mode === mode);

const nameOf = ({ protocol, mode }: CellRecord): string => `${protocol} ${mode}`;

const difference = (what: string, before: string, after: string): RunDifference[] =>
  before === after ? [] : [{ what, before, after }];
