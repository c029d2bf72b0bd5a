/**
 * End of a measured connection.
 *
 * - `reset`: the client sends nothing more and keeps its ephemeral port free (RST, no TIME_WAIT), at once where the server has shown that it
 *   has our Finished, and after a short wait elsewhere.
 * - `notify`: the client sends close_notify and waits for the server's.
 */
export const CLOSE_STYLES = ['reset', 'notify'] as const;

export type CloseStyle = (typeof CLOSE_STYLES)[number];

/** Key of the key exchange: `fresh` for each handshake, as any client has, or one that a client generates once and reuses. */
export const KEY_SHARES = ['fresh', 'reuse'] as const;

export type KeyShare = (typeof KEY_SHARES)[number];
