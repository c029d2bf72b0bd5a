/** Order of the states of a scenario within a round: handshake by handshake within one window, or one window after another. */
export const INTERLEAVES = ['handshake', 'block'] as const;

export type Interleave = (typeof INTERLEAVES)[number];
