import { mechanismOf, readSessionDer } from '../../tls/session-der.ts';
import { nowNs } from '../clock.ts';
import type { Session } from '../engine.ts';

/** A session as node:tls gives and takes it: the DER of an `SSL_SESSION`. */
export interface NodeSession extends Session {
  readonly bytes: Buffer;
  readonly ticket: Uint8Array;
}

/** @throws RangeError when the bytes are no `SSL_SESSION`. */
export const nodeSession = (der: Buffer): NodeSession => {
  const facts = readSessionDer(der);
  return {
    bytes: der,
    ticket: facts.ticket,
    mechanism: mechanismOf(facts),
    lifetimeS: facts.lifetimeHintS,
    ticketBytes: facts.ticketBytes,
    receivedNs: nowNs(),
    der: () => der,
    // The garbage collector frees it.
    free: () => undefined,
  };
};

/** A session of any engine as node:tls takes it. */
export const nodeSessionOf = (session: Session | undefined): NodeSession | undefined => {
  if (session === undefined) return undefined;
  return isNodeSession(session) ? session : nodeSession(session.der());
};

const isNodeSession = (session: Session): session is NodeSession => 'bytes' in session;
