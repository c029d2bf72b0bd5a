import { cellLabel } from '../domain/cell.ts';
import type { Notice } from '../domain/notice.ts';
import { isOneAtATimeToJudge } from '../scenario/gate-plan.ts';
import type { Prepared } from './prepare/prepared.ts';

/** What is worth knowing before anything has been measured. */
export const preparationNotices = ({ decoded, chosen: { engine, obstacles }, expansion }: Prepared): Notice[] => [
  ...(isOneAtATimeToJudge(decoded) ? [{ code: 'one-at-a-time', severity: 'info' } as const] : []),
  // Said only where the fastest engine could not be had.
  ...(obstacles.length === 0
    ? []
    : [
        {
          code: 'engine-chosen',
          severity: 'info',
          engine: engine.name,
          reason: obstacles.join(' ').replace(/\.$/u, ''),
        } as const,
      ]),
  ...expansion.impossible.map<Notice>(({ cell, reason }) => ({
    code: 'cell-skipped',
    severity: 'info',
    cell: cellLabel(cell),
    reason,
  })),
];
