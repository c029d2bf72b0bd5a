/**
 * The clock of a latency.
 *
 * - `kernel`: the arrival of each flight was stamped by the kernel; our own queue is not in it.
 * - `user`: our own process read the clock when it came to read the flight.
 * - `older`: as versions before format 3 of the record took it: by our own process, and from before the ClientHello was made.
 */
export const LATENCY_CLOCKS = ['kernel', 'user', 'older'] as const;

export type LatencyClock = (typeof LATENCY_CLOCKS)[number];
