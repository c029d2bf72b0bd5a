import { cellLabel } from '../../domain/cell.ts';
import { isRefusal } from '../../domain/failure.ts';
import { sumCounts } from '../../domain/mergeable.ts';
import type { Notice } from '../../domain/notice.ts';
import type { BlockRecord, RunRecord } from '../../domain/run-record.ts';
import type { CellSummary } from '../summary/cell-summary.ts';

/**
 * Connections that were refused, after each of which the generator waited; where nothing was
 * measured the rate of it does not matter.
 */
export const backOffNotices = (run: RunRecord, cell: CellSummary): Notice[] => {
  const blocks = run.blocks.filter((block) => block.cell === cell.id);
  const refused = blocks.reduce((sum, block) => sum + refusalsOf(block), 0);
  return refused === 0 || cell.handshakes === 0
    ? []
    : [{ code: 'backed-off', severity: 'warning', cell: cellLabel(cell), refused }];
};

const refusalsOf = ({ errors, primed }: BlockRecord): number =>
  Object.entries(sumCounts([errors, primed.errors])).reduce((sum, [key, times]) => sum + (isRefusal(key) ? times : 0), 0);
