import type { Notice } from '../../domain/notice.ts';
import type { RunRecord } from '../../domain/run-record.ts';

/** One notice for all blocks whose latencies are not by the kernel's clock although the engine asks for it; node:tls cannot. */
export const clockNotices = ({ engine, blocks }: RunRecord): Notice[] => {
  const measured = blocks.filter(({ valid, honoured }) => valid && honoured > 0);
  const byUserClock = measured.filter(({ clock }) => clock === 'user');
  if (engine.name === 'node' || byUserClock.length === 0) return [];
  const isStepped = byUserClock.some(({ hosts }) => hosts.some(({ clockStepped }) => clockStepped));
  const reason = isStepped ? 'stepped' : 'unstamped';
  return [{ code: 'user-clock', severity: 'warning', reason, blocks: byUserClock.length, of: measured.length }];
};
