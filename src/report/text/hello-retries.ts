import type { CellSummary } from '../../analysis/summary/cell-summary.ts';
import { cellLabel } from '../../domain/cell.ts';
import { formatShare } from './units.ts';

/** A line per cell whose server asked for another key share. */
export const helloRetryLines = (cells: readonly CellSummary[]): string[] =>
  cells.flatMap((cell) => {
    const { helloRetryShare: share = 0, group } = cell;
    const chosen = group === undefined ? '' : `; it chose ${group}`;
    return share === 0 ? [] : [`${cellLabel(cell)}: HelloRetryRequest in ${formatShare(share)} of the handshakes${chosen}`];
  });
