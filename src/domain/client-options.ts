/**
 * End of a measured connection. Neither holds a port by a TIME_WAIT, but for `notify` of the engine node.
 *
 * - `reset`: the client sends nothing more (RST), at once where the server has shown that it has our Finished, and after a short wait
 *   elsewhere.
 * - `notify`: the client sends close_notify, and resets once the server has ended its side or a short wait is over.
 */
export const CLOSE_STYLES = ['reset', 'notify'] as const;

export type CloseStyle = (typeof CLOSE_STYLES)[number];

/** Time that a connection which was ended with close_notify stays open until the server has ended its side. */
export const ORDERLY_CLOSE_MS = 250;

/** Wish for the end of connections: `auto` resets them unless a server forgets its sessions by that. */
export const CLOSE_WISHES = ['auto', ...CLOSE_STYLES] as const;

/** Key of the key exchange: `fresh` for each handshake, as any client has, or one that a client generates once and reuses. */
export const KEY_SHARES = ['fresh', 'reuse'] as const;

export type KeyShare = (typeof KEY_SHARES)[number];
