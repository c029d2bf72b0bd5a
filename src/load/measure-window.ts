import { nowNs } from '../engine/clock.ts';
import { blockRecordsOf } from './block-records.ts';
import type { LoadGenerator } from './load-generator.ts';
import { ServerWatch } from './server-watch.ts';
import { sessionsOf, windowParts, workersOf } from './split-window.ts';
import type { MeasuredBlock, WindowPhase, WindowRequest } from './window-request.ts';

/**
 * Measures one window: primes, publishes a common start, lets the workers load until the bound, and
 * adds up their reports.
 *
 * @throws ResumarkError WORKER_LOST when a worker has ended.
 */
export const measureWindow = async (
  generator: LoadGenerator,
  request: WindowRequest,
  onPhase: (phase: WindowPhase) => void,
): Promise<MeasuredBlock[]> => {
  const workers = workersOf(request, generator.workers);
  onPhase({ name: 'priming', sessions: sessionsOf(request, workers) });
  await generator.arm(windowParts(request, workers));
  onPhase({ name: 'ageing', ms: request.offerAfterMs });
  await age(request);
  const { startMarginNs } = generator;
  const watch = new ServerWatch(request, startMarginNs);
  onPhase({ name: 'window', startNs: nowNs() + startMarginNs });
  try {
    const measured = await generator.measure(startMarginNs);
    return blockRecordsOf({ request, measured, servers: watch.end(measured.startUnixNs) });
  } finally {
    watch.stop();
  }
};

/** Leaves sessions that are to be offered at some age alone until they have it. */
const age = async ({ offerAfterMs, signal }: WindowRequest): Promise<void> => {
  if (offerAfterMs === 0 || signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, offerAfterMs);
    signal?.addEventListener('abort', end);
  });
};
