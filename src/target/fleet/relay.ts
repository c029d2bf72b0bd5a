import type { Socket } from 'node:net';

/**
 * Passes bytes between two connections, and everything else that one side can tell the other: that it has sent all (a half-close), that
 * it cannot take more yet, and that it has broken the connection off (a reset). Both must allow half-open connections.
 */
export const relay = (one: Socket, other: Socket): void => {
  one.pipe(other);
  other.pipe(one);
  breakWith(one, other);
  breakWith(other, one);
};

/**
 * An error is a reset by the peer, or a connection that was never made: either way the other side learns of it by a reset too. What it
 * was still to be sent is lost, as in any reset.
 */
const breakWith = (one: Socket, other: Socket): void => {
  one.on('error', () => {
    other.resetAndDestroy();
  });
};
