import { setTimeout as sleep } from 'node:timers/promises';
import { watchReport, type WatchedLog } from '../analysis/probe/watch/report.ts';
import type { ProbeEvent } from '../domain/probe-event.ts';
import type { WatchReport } from '../domain/watch-report.ts';
import { nowNs } from '../engine/clock.ts';
import type { Engine } from '../engine/engine.ts';
import { performScripts, type ScriptOptions } from '../engine/script.ts';
import type { Examination } from './examination.ts';
import { mapKindOf } from './map-kind.ts';
import { AddressWatch } from './watched-address.ts';

export interface WatchSpan {
  readonly forMs: number;
  /** Time from one poll of an address to the next. */
  readonly everyMs: number;
}

export interface WatchOptions extends WatchSpan, ScriptOptions {
  readonly onEvent: (event: ProbeEvent) => void;
}

/**
 * Polls all addresses that give sessions of the kind of the map, and reports what their keys and sessions did over time. After the
 * signal it reports what was seen until then.
 *
 * @returns null where no address gives sessions.
 */
export const watchFleet = async (
  engine: Engine,
  examinations: readonly Examination[],
  { forMs, everyMs, onEvent, ...options }: WatchOptions,
): Promise<WatchReport | null> => {
  const kind = mapKindOf(examinations);
  if (kind === undefined) return null;
  const startNs = nowNs();
  const elapsedMs = (): number => (nowNs() - startNs) / 1e6;
  const lastMs = Math.floor(forMs / everyMs) * everyMs;
  const watches = kind.addresses.flatMap((address) => {
    const resumption = examinations[address]?.resumption(kind.protocol, kind.mechanism);
    return resumption === undefined ? [] : [new AddressWatch({ address, resumption, startNs, onEvent })];
  });
  try {
    for (let dueMs = 0; options.signal?.aborted !== true;) {
      const isLast = dueMs + everyMs > forMs;
      const moment = { nowMs: elapsedMs(), everyMs, isLast };
      await performScripts(
        engine,
        watches.map((watch) => watch.poll(moment)),
        options,
      );
      if (isLast) break;
      // Of polls that took longer than the interval some are left out, but not the last.
      dueMs = Math.min(Math.max(dueMs, Math.floor(elapsedMs() / everyMs) * everyMs - everyMs) + everyMs, lastMs);
      await pause(dueMs - elapsedMs(), options.signal);
    }
    const addresses = watches.map(({ address, log }): WatchedLog => ({ address, log }));
    return watchReport({ protocol: kind.protocol, mechanism: kind.mechanism, everyMs, durationMs: elapsedMs(), addresses });
  } finally {
    for (const watch of watches) watch.close();
  }
};

/** Waits, unless the signal ends it. */
const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
