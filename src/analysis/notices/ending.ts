import type { Notice } from '../../domain/notice.ts';
import { ORDERLY_CLOSE_MS } from '../../domain/client-options.ts';
import type { RunRecord } from '../../domain/run-record.ts';

/** Facts about the end of the measured connections that differ from what one would expect. */
export const endingNotices = ({ ending, engine }: RunRecord): Notice[] => {
  if (ending === null) return [];
  const { reason, cells, unanswered } = ending;
  // These wait for the end before they go on.
  const holdsLoad = reason === 'sequential' || engine.name === 'node';
  return [
    ...(reason === 'sessions-lost' ? [{ code: 'closed-in-order', severity: 'info', cells } as const] : []),
    ...(unanswered.length > 0
      ? [{ code: 'close-unanswered', severity: 'warning', states: unanswered, waitMs: ORDERLY_CLOSE_MS, holdsLoad } as const]
      : []),
  ];
};
