import type { RunStatus } from '../domain/run-record.ts';
import type { AccountRecord } from '../domain/state-record.ts';

/**
 * The outcome of holding a server's own account against ours.
 *
 * - `agrees`: to the last handshake.
 * - `explained`: the difference is no more than the connections that failed, or the run was cut off with some in flight.
 * - `differs`: neither explains it.
 */
export type AccountVerdict = 'agrees' | 'explained' | 'differs';

export type ReadAccount = Extract<AccountRecord, { state: 'read' }>;

export const accountVerdict = ({ server, ours, failed }: ReadAccount, status: RunStatus): AccountVerdict => {
  const difference = Math.max(Math.abs(server.full - ours.full), Math.abs(server.resumed - ours.resumed));
  if (difference === 0) return 'agrees';
  const isCutOff = status === 'interrupted' || status === 'partial';
  return isCutOff || difference <= failed ? 'explained' : 'differs';
};
