import type { CellRecord, RunRecord } from '../../domain/run-record.ts';

/** Which of a run's states are compared. */
export interface ComparedStates {
  readonly before: string;
  readonly after: string;
}

/** The same cell of both states. */
export interface CellPair {
  readonly before: CellRecord;
  readonly after: CellRecord;
}

/** The cells that both states have, in the run's order. */
export const cellPairs = (run: RunRecord, { before, after }: ComparedStates): CellPair[] =>
  run.cells
    .filter((cell) => cell.state === before)
    .flatMap((cell) => {
      const other = run.cells.find((one) => one.state === after && one.protocol === cell.protocol && one.mode === cell.mode);
      return other === undefined ? [] : [{ before: cell, after: other }];
    });
