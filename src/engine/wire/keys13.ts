import { AT, type HandshakeState } from './handshake-state.ts';
import type { Schedule13 } from './schedule13.ts';
import type { Suite } from './suites.ts';
import type { WireContext } from './wire-context.ts';

export const scheduleOf = ({ schedules }: WireContext, { hash }: Suite): Schedule13 =>
  hash === 'sha384' ? schedules.sha384 : schedules.sha256;

/** Offsets in the slot of a traffic secret and of the key for its Finished, 0 where none is needed. */
export interface SecretPlace {
  readonly secret: number;
  readonly finished: number;
}

/** Begins to protect a direction with the keys of a traffic secret. */
export const protect13 = (
  context: WireContext,
  state: HandshakeState,
  side: 'read' | 'write',
  { suite, secret, finished }: SecretPlace & { readonly suite: Suite },
): void => {
  const aead = context.primitives.aeads[suite.aead];
  const direction = state[side];
  const finishedKey = finished === 0 ? 0 : state.address(finished);
  scheduleOf(context, suite).keys(state.address(secret), direction, aead.keyBytes, finishedKey);
  direction.protect(aead, 'TLSv1.3');
};

/** Gives a direction its last keys, when it is first used after the handshake: many a connection ends before that. */
export const protectLast13 = (context: WireContext, state: HandshakeState, side: 'read' | 'write'): void => {
  const { suite, read, write } = state;
  if (suite === undefined || state[side].hasLastKeys) return;
  const schedule = scheduleOf(context, suite);
  // The first of the two: the master secret takes the place of what it is made of.
  if (!read.hasLastKeys && !write.hasLastKeys) schedule.master(state);
  schedule.application(state, side === 'read' ? 'server' : 'client', state.address(AT.finishedDigest));
  const secret = side === 'read' ? AT.serverApplication : AT.clientApplication;
  protect13(context, state, side, { suite, secret, finished: 0 });
  state[side].hasLastKeys = true;
};

/** Follows the server to its next keys (RFC 8446, section 7.2). */
export const updateReadKeys13 = (context: WireContext, state: HandshakeState, suite: Suite): void => {
  scheduleOf(context, suite).update(state.address(AT.serverApplication));
  protect13(context, state, 'read', { suite, secret: AT.serverApplication, finished: 0 });
};

/** Sends the one ChangeCipherSpec that calms middleboxes (RFC 8446, appendix D.4). */
export const sendDecoy = ({ flight }: WireContext, state: HandshakeState): void => {
  if (state.hasSentDecoy) return;
  state.hasSentDecoy = true;
  flight.changeCipherSpec();
};
