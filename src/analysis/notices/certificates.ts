import { cellLabel } from '../../domain/cell.ts';
import type { Notice } from '../../domain/notice.ts';
import type { BlockRecord, RunRecord } from '../../domain/run-record.ts';
import type { CellSummary } from '../summary/cell-summary.ts';

/**
 * A notice where full handshakes of a cell were shown different certificates: the server was changed
 * in the run, or several servers answer. Only within a cell: TLS 1.2 and 1.3 may rightly differ. Not where the run itself renewed it.
 */
export const certificateNotices = (run: RunRecord, cell: CellSummary): Notice[] => {
  if (run.events.some(({ action, state }) => action === 'renew' && state === cell.state)) return [];
  const blocks = run.blocks.filter((block) => block.cell === cell.id);
  const seen = new Set(blocks.flatMap(certificatesOf));
  const [first] = seen;
  const changed = blocks.find((block) => certificatesOf(block).some((certificate) => certificate !== first));
  if (changed === undefined) return [];
  return [
    {
      code: 'certificate-changed',
      severity: 'warning',
      cell: cellLabel(cell),
      certificates: seen.size,
      round: changed.round,
      since: startOf(changed),
    },
  ];
};

const certificatesOf = ({ certificates = [] }: BlockRecord): readonly string[] => certificates;

const startOf = ({ startUnixNs }: BlockRecord): string =>
  new Date(Number(BigInt(startUnixNs) / 1_000_000n)).toISOString().replace(/\.\d+Z$/u, 'Z');
