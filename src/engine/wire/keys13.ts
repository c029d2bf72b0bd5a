import { AT, type Connection } from './connection.ts';
import type { Schedule13 } from './schedule13.ts';
import type { Suite } from './suites.ts';
import type { Tools } from './tools.ts';

export const scheduleOf = ({ schedules }: Tools, { hash }: Suite): Schedule13 =>
  hash === 'sha384' ? schedules.sha384 : schedules.sha256;

/** Where the traffic secret stands in the slot, and where the key of its Finished goes: 0 where none is needed. */
export interface SecretPlace {
  readonly secret: number;
  readonly finished: number;
}

/** Begins to protect a direction with the keys of a traffic secret. */
export const protect13 = (
  tools: Tools,
  connection: Connection,
  side: 'read' | 'write',
  { suite, secret, finished }: SecretPlace & { readonly suite: Suite },
): void => {
  const aead = tools.primitives.aeads[suite.aead];
  const direction = connection[side];
  const finishedKey = finished === 0 ? 0 : connection.address(finished);
  scheduleOf(tools, suite).keys(connection.address(secret), direction, aead.keyBytes, finishedKey);
  direction.on(aead, true);
};

/** Gives a direction its last keys, when it is first used behind the handshake: many a connection ends before that. */
export const protectLast13 = (tools: Tools, connection: Connection, side: 'read' | 'write'): void => {
  const { suite, read, write } = connection;
  if (suite === undefined || connection[side].hasLastKeys) return;
  const schedule = scheduleOf(tools, suite);
  // The first of the two: the master secret takes the place of what it is made of.
  if (!read.hasLastKeys && !write.hasLastKeys) schedule.master(connection);
  schedule.application(connection, side === 'read' ? 'server' : 'client', connection.address(AT.finishedDigest));
  const secret = side === 'read' ? AT.serverApplication : AT.clientApplication;
  protect13(tools, connection, side, { suite, secret, finished: 0 });
  connection[side].hasLastKeys = true;
};

/** Sends the one ChangeCipherSpec that calms middleboxes (RFC 8446, appendix D.4). */
export const sendDecoy = ({ flight }: Tools, connection: Connection): void => {
  if (connection.hasSentDecoy) return;
  connection.hasSentDecoy = true;
  flight.changeCipherSpec();
};
