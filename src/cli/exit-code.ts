import { summarize } from '../analysis/summary.ts';
import { EXIT, type ExitCode } from '../domain/error.ts';
import type { RunRecord } from '../domain/run-record.ts';

/**
 * The exit code of a run that was measured.
 *
 * @param signal what ended it early, if anything did.
 */
export const exitCodeOf = (run: RunRecord, signal: 'SIGINT' | 'SIGTERM' | undefined): ExitCode => {
  if (signal !== undefined && run.status === 'interrupted') return signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
  return run.status === 'stopped' || hasFailedCell(run) ? EXIT.target : EXIT.done;
};

/** A cell without one honoured handshake has failed, unless its state is known not to offer the mode. */
const hasFailedCell = (run: RunRecord): boolean => {
  const expected = new Map(run.cells.map((cell) => [cell.id, cell.expected]));
  return summarize(run).some((cell) => {
    if (cell.status === 'failed' || cell.status === 'empty') return true;
    return cell.status === 'never' && expected.get(cell.id) === 'honoured';
  });
};
