import { allocate, openLibrary } from '../../../engine/ffi.ts';
import { MSG_NOSIGNAL } from '../../../engine/reactor/libc.ts';
import type { Moment } from '../../../scenario/fault-fields.ts';
import type { ServerLibc } from './library.ts';

const FATAL = 2;

/** A fatal alert before there are keys; its description is the last byte. */
const PLAIN_ALERT = [0x15, 3, 3, 0, 2, FATAL, 0] as const;

/** Sends a fatal alert, under the keys that the server then writes with. */
export type AlertSender = (to: { readonly fd: number; readonly ssl: number }, description: number) => void;

/**
 * libssl's API sends no alert but close_notify: what it sends itself is sent by the function below. The libssl inside Node shows it.
 *
 * @param at the moment of all alerts.
 * @throws ResumarkError ENGINE when the function is needed and hidden.
 */
export const alertSender = (libc: ServerLibc, at: Moment | undefined): AlertSender => {
  if (at === 'finished') {
    const send = openLibrary(null).bind('int ssl3_send_alert(uintptr_t ssl, int level, int description)');
    return ({ ssl }, description) => send(ssl, FATAL, description);
  }
  const memory = allocate(PLAIN_ALERT.length);
  memory.bytes.set(PLAIN_ALERT);
  return ({ fd }, description) => {
    memory.bytes[PLAIN_ALERT.length - 1] = description;
    libc.send(fd, memory.address, PLAIN_ALERT.length, MSG_NOSIGNAL);
  };
};
