/** Reasons why a block is left out of the result, as the end of a sentence. */
export const INVALID = {
  /** The target failed or went silent: there is nothing to draw conclusions from. */
  nothingFinished: 'no handshake finished',
  /** Latency and rate are then those of the pause. */
  stalled: 'the generator itself was stopped',
  /** Its part of the load was missing from then on, and what it had done is unknown. */
  agentLost: 'an agent was lost',
  /** The rate of all is then that of fewer machines. */
  apart: 'the machines did not load at the same time',
} as const;

export type InvalidReason = (typeof INVALID)[keyof typeof INVALID];
