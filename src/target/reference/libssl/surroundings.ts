import { allocate, type NativeMemory } from '../../../engine/ffi.ts';
import { ANSWER } from '../server-messages.ts';
import type { AlertSender } from './alerts.ts';
import type { FaultSource } from './faults.ts';
import type { ServerLibc, ServerSsl } from './library.ts';
import type { Poller } from './poller.ts';

/** Enough for any request at once, and the most that one read discards. */
const SCRATCH_BYTES = 65_536;

/** What all connections of a server share. */
export interface ConnectionSurroundings {
  readonly openssl: ServerSsl;
  readonly libc: ServerLibc;
  readonly poller: Poller;
  readonly context: number;
  readonly takesEarlyData: boolean;
  /** TLS 1.3 tickets that a full handshake gives only together with the answer to a request. */
  readonly lateTickets: number;
  readonly scratch: NativeMemory;
  readonly answer: NativeMemory;
  /** `struct linger` with which a close is a reset. */
  readonly lingerNot: NativeMemory;
  readonly faults: FaultSource;
  readonly sendAlert: AlertSender;
  /** Wakes the connection of a descriptor after so many ns. */
  readonly hold: (fd: number, ns: number) => void;
  /** Counts a handshake that is over. */
  readonly count: (isResumed: boolean) => void;
}

export const newSurroundings = (
  given: Omit<ConnectionSurroundings, 'scratch' | 'answer' | 'lingerNot'>,
): ConnectionSurroundings => {
  const answer = allocate(ANSWER.length);
  answer.bytes.write(ANSWER);
  const lingerNot = allocate(8);
  lingerNot.bytes.writeInt32LE(1, 0);
  return { ...given, answer, lingerNot, scratch: allocate(SCRATCH_BYTES) };
};
