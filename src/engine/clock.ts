import { performance } from 'node:perf_hooks';

/**
 * Nanoseconds since the process began, as an integer: the one clock that all engines and threads share.
 *
 * `performance.timeOrigin` is equal in the main thread and in every worker, so the values compare across them. A double holds
 * integer nanoseconds exactly for 104 days.
 */
export const nowNs = (): number => Math.round(performance.now() * 1e6);

/** The origin of the clock as Unix time in ns, exactly: it is beyond what a double holds. */
const originUnixNs = (): bigint => BigInt(Math.round(performance.timeOrigin * 1e3)) * 1000n;

/** A time on this clock as Unix time, in digits. */
export const unixNsOf = (ns: number): string => String(originUnixNs() + BigInt(ns));

/** A Unix time in digits on this clock. */
export const sinceOriginNs = (unixNs: string): number => Number(BigInt(unixNs) - originUnixNs());
