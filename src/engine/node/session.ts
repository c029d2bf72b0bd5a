import { connect, type TLSSocket } from 'node:tls';
import { mechanismOf, readSessionDer } from '../../tls/session-der.ts';
import { nowNs } from '../clock.ts';
import type { Session } from '../engine.ts';

/** A session of node:tls, with the DER of its `SSL_SESSION`. */
export interface NodeSession extends Session {
  readonly bytes: Buffer;
  readonly ticket: Uint8Array;
}

/**
 * Newer Node binds a session to the name that the server was authenticated by: this mark, the length of the name, the name, then the DER.
 * Where it does, it ignores sessions that are not bound.
 */
const BINDING = Buffer.from('\0nodejs:tls:session:1\0');

/** The releases that bind are of several lines, so their code is looked at and not their number. */
let isBinding = connect.toString().includes('getSessionForReuse');

/** @param given a session as node:tls gives it. @throws RangeError when it is no `SSL_SESSION`. */
export const nodeSession = (given: Buffer): NodeSession => {
  const der = unbound(given);
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

/** A session as node:tls takes it for a server of this name. */
export const boundSession = ({ bytes }: NodeSession, name: string): Buffer => {
  if (!isBinding) return bytes;
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(name));
  return Buffer.concat([BINDING, length, Buffer.from(name), bytes]);
};

const unbound = (given: Buffer): Buffer => {
  if (!given.subarray(0, BINDING.length).equals(BINDING)) return given;
  isBinding = true;
  return given.subarray(BINDING.length + 2 + given.readUInt16BE(BINDING.length));
};

/**
 * Returns the ticket of a connection that raised no `session` event, `undefined` when there is none
 * but the offered one. Of two kinds: one renewed inside an abbreviated TLS 1.2 handshake (RFC 5077,
 * section 3.3), and one whose session is longer than the 10 kB that node:tls hands out.
 */
export const silentTicket = (tls: TLSSocket, offered: NodeSession | undefined): Buffer | undefined => {
  const ticket = tls.getTLSTicket();
  const isOffered = offered !== undefined && ticket?.equals(offered.ticket) === true;
  return isOffered || ticket?.length === 0 ? undefined : ticket;
};

/** A session of any engine as node:tls takes it. */
export const nodeSessionOf = (session: Session | undefined): NodeSession | undefined => {
  if (session === undefined) return undefined;
  return isNodeSession(session) ? session : nodeSession(session.der());
};

const isNodeSession = (session: Session): session is NodeSession => 'bytes' in session;
