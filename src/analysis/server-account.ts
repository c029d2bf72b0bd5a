import type { ServerAction } from '../domain/event-record.ts';
import type { RunRecord } from '../domain/run-record.ts';
import type { AccountRecord } from '../domain/state-record.ts';

/**
 * The outcome of holding a server's own account against ours.
 *
 * - `agrees`: to the last handshake.
 * - `explained`: the difference is no more than the connections that failed, or that were in flight when one side ended.
 * - `differs`: neither explains it.
 */
export type AccountVerdict = 'agrees' | 'explained' | 'differs';

export type ReadAccount = Extract<AccountRecord, { state: 'read' }>;

/** @param unsettled connections that may have been in flight when the run or the server ended. */
export const accountVerdict = ({ server, ours, failed }: ReadAccount, unsettled: number): AccountVerdict => {
  const difference = Math.max(Math.abs(server.full - ours.full), Math.abs(server.resumed - ours.resumed));
  if (difference === 0) return 'agrees';
  return difference <= failed + unsettled ? 'explained' : 'differs';
};

const ENDS: readonly ServerAction[] = ['stop', 'restart'];

/** Connections that may have been in flight when the run was cut off, or when events ended a server of this state. */
export const unsettledOf = (
  { status, events, blocks }: Pick<RunRecord, 'status' | 'events' | 'blocks'>,
  label: string,
): number => {
  if (status === 'interrupted' || status === 'partial') return Number.POSITIVE_INFINITY;
  const ends = events.filter(({ action, state }) => state === label && ENDS.includes(action)).length;
  return ends === 0 ? 0 : ends * Math.max(...blocks.flatMap(({ hosts }) => hosts.map(({ mostInFlight }) => mostInFlight)), 1);
};
