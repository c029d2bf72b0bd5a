import { performance } from 'node:perf_hooks';

/**
 * Nanoseconds since the process began, as an integer: the one clock that all engines and threads share.
 *
 * `performance.timeOrigin` is equal in the main thread and in every worker, so the values compare across them. A double holds
 * integer nanoseconds exactly for 104 days.
 */
export const nowNs = (): number => Math.round(performance.now() * 1e6);
