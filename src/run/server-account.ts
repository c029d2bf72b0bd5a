import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountRecord } from '../domain/state-record.ts';
import type { ServerCounts } from '../target/server-counts.ts';
import type { HandshakeAccount } from './handshake-account.ts';
import type { OpenState } from './prepare/open-states.ts';
import { within } from '../engine/within.ts';

/** A server writes its log a moment after the client has gone; a busy machine makes that longer. */
const PATIENCE_MS = 2000;

const POLL_MS = 50;

/**
 * Reads the server's own account of a state beside ours, as soon as both agree, or when the server's has not changed for some time.
 *
 * @returns undefined for a server that is none of ours.
 */
export const readAccount = async (state: OpenState, account: HandshakeAccount): Promise<AccountRecord | undefined> => {
  const { label, counts, silence } = state;
  if (silence !== undefined) return { state: 'absent', reason: silence };
  if (counts === undefined) return undefined;
  const { full, resumed, failed } = account.of(label);
  const isComplete = (server: ServerCounts): boolean => server.handshakes === full + resumed && server.resumed === resumed;
  try {
    const { handshakes, resumed: resumedThere } = await atRest(counts, isComplete);
    return {
      state: 'read',
      server: { full: handshakes - resumedThere, resumed: resumedThere },
      ours: { full, resumed },
      failed,
    };
  } catch (error) {
    return { state: 'absent', reason: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
};

const atRest = async (
  read: () => Promise<ServerCounts>,
  isComplete: (counts: ServerCounts) => boolean,
): Promise<ServerCounts> => {
  let counts = await within(PATIENCE_MS, read());
  let sinceMs = performance.now();
  while (!isComplete(counts) && performance.now() - sinceMs < PATIENCE_MS) {
    await sleep(POLL_MS);
    const later = await within(PATIENCE_MS, read());
    if (later.handshakes !== counts.handshakes) sinceMs = performance.now();
    counts = later;
  }
  return counts;
};
