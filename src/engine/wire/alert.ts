import { ALERT } from '../../tls/numbers.ts';
import type { HandshakeState } from './handshake-state.ts';
import type { WireContext } from './wire-context.ts';

/** Levels, and the two descriptions that are no faults (RFC 8446, section 6.1). */
export const WARNING = 1;
export const FATAL = 2;
export const CLOSE_NOTIFY = 0;
export const USER_CANCELED = 90;

/** Puts an alert into the flight, under the keys that we write with. */
export const sendAlert = ({ flight }: WireContext, { write }: HandshakeState, level: number, description: number): void => {
  const at = flight.textAt(write);
  flight.memory.bytes[at] = level;
  flight.memory.bytes[at + 1] = description;
  flight.record(write, ALERT, 2);
};
