import { watchReport, type WatchedLog } from '../analysis/probe/watch/report.ts';
import type { ProbeEvent } from '../domain/probe-event.ts';
import type { WatchReport } from '../domain/watch-report.ts';
import { nowNs } from '../engine/clock.ts';
import type { Engine } from '../engine/engine.ts';
import { performScripts, type Script, type ScriptOptions } from '../engine/script.ts';
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
 * Polls all addresses that give sessions of the kind of the map, and reports what their keys and sessions did over time. Each address
 * has its own pace, so that one that does not answer holds up no other. After the signal it reports what was seen until then.
 */
export const watchFleet = async (
  engine: Engine,
  examinations: readonly Examination[],
  { forMs, everyMs, onEvent, ...options }: WatchOptions,
): Promise<WatchReport> => {
  const kind = mapKindOf(examinations);
  if (kind === undefined) return nothingToWatch(everyMs);
  const startNs = nowNs();
  const watches = kind.addresses.flatMap((address) => {
    const resumption = examinations[address]?.resumption(kind.protocol, kind.mechanism);
    return resumption === undefined ? [] : [new AddressWatch({ address, resumption, startNs, onEvent })];
  });
  try {
    await performScripts(
      engine,
      watches.map((watch) => polls(watch, { forMs, everyMs, startNs })),
      options,
    );
    const addresses = watches.map(({ address, log }): WatchedLog => ({ address, log }));
    const { protocol, mechanism } = kind;
    return watchReport({ protocol, mechanism, everyMs, durationMs: (nowNs() - startNs) / 1e6, addresses });
  } finally {
    for (const watch of watches) watch.close();
  }
};

/** No address gives sessions. */
const nothingToWatch = (everyMs: number): WatchReport => ({
  protocol: null,
  mechanism: null,
  everyMs,
  durationMs: 0,
  addresses: [],
  lags: [],
  alerts: [],
});

/** All polls of one address. Of those that are late because one took longer than the interval some are left out, but not the last. */
function* polls(watch: AddressWatch, { forMs, everyMs, startNs }: WatchSpan & { readonly startNs: number }): Script {
  const lastMs = Math.floor(forMs / everyMs) * everyMs;
  for (let dueMs = 0; dueMs <= lastMs;) {
    yield* watch.poll({ notBeforeNs: startNs + dueMs * 1e6, everyMs, isLast: dueMs === lastMs });
    const missedMs = Math.floor((nowNs() - startNs) / 1e6 / everyMs) * everyMs;
    dueMs = dueMs === lastMs ? Number.POSITIVE_INFINITY : Math.min(Math.max(dueMs + everyMs, missedMs), lastMs);
  }
}
