import type { CapacityRecord } from '../domain/capacity-record.ts';
import type { CellRecord, RunStatus } from '../domain/run-record.ts';
import type { CellSummary } from './summary/cell-summary.ts';
import { isAsExpected } from './summary/expected-share.ts';
import type { RunSummary } from './summary/run-summary.ts';

/** What became of a run, as facts of which several can hold: whether that is a failure is for the caller to say. */
export interface RunOutcome {
  /** `stopped` for too many errors, `partial` when a worker was lost. */
  readonly status: RunStatus;
  /** Whether its folder was written, if it has one. */
  readonly isSaved: boolean;
  /** Cells without one finished handshake, unless a lost worker explains it. */
  readonly failed: readonly CellSummary[];
  /** Cells whose mode was never honoured although their state is meant to offer it. */
  readonly neverHonoured: readonly CellSummary[];
  /** Of these, the cells whose mode no other state honoured either. */
  readonly nowhereHonoured: readonly CellSummary[];
  /** Searches that found no rate that keeps the objective. */
  readonly withoutCapacity: readonly CapacityRecord[];
}

/** Says what became of a run, so that a library can tell a failed one as the command line does. */
export const outcomeOf = ({ run, cells }: RunSummary): RunOutcome => {
  const isDue = (cell: CellSummary): boolean => run.cells.some((record) => record.id === cell.id && isExpected(record, cell));
  const expected = new Set(cells.filter(isDue).map(({ id }) => id));
  const withoutHonoured = cells.filter(({ id, honoured }) => expected.has(id) && honoured === 0);
  return {
    status: run.status,
    isSaved: !run.notices.some(({ code }) => code === 'not-saved'),
    failed: cells.filter(({ status }) => status === 'failed' || (status === 'empty' && run.status !== 'partial')),
    neverHonoured: withoutHonoured.filter(({ status }) => status === 'never'),
    nowhereHonoured: withoutHonoured.filter((cell) => cells.every((other) => !isOfMode(other, cell) || other.honoured === 0)),
    withoutCapacity: run.capacity.filter(
      ({ isOver, foundPerSecond, cells: ids }) => isOver && foundPerSecond === null && ids.every((id) => expected.has(id)),
    ),
  };
};

/** A few handshakes with a fleet may all have met nodes that do not know their session. */
const isExpected = (record: CellRecord, cell: CellSummary): boolean =>
  record.expected === 'honoured' || (record.expected === 'partly' && !isAsExpected(record, cell));

const isOfMode = (other: CellSummary, { protocol, mode }: CellSummary): boolean =>
  other.protocol === protocol && other.mode === mode;
