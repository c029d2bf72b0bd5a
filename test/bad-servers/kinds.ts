import { AFTER_FINISHED } from './after-finished.ts';
import { BEFORE_TLS } from './before-tls.ts';
import { FLIGHTS } from './flights.ts';
import { HELLOS } from './hellos.ts';
import type { Kind } from './kind.ts';
import { SESSIONS } from './sessions.ts';

export const KINDS: readonly Kind[] = [...BEFORE_TLS, ...HELLOS, ...FLIGHTS, ...AFTER_FINISHED, ...SESSIONS];

/** @throws RangeError when there is none of that name. */
export const kindOf = (name: string): Kind => {
  const kind = KINDS.find((one) => one.name === name);
  if (kind === undefined) throw new RangeError(`no kind of bad server is named "${name}"`);
  return kind;
};
