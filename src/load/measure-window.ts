import type { CpuMeter } from '../cpu/meter.ts';
import { nowNs } from '../engine/clock.ts';
import { blockRecordsOf } from './block-records.ts';
import type { LoadGenerator } from './load-generator.ts';
import { measureRequests, primeRequests, sessionsOf, workersOf } from './split-window.ts';
import type { MeasuredBlock, WindowPhase, WindowRequest } from './window-request.ts';

/** Workers hear of the start by message; 5 ms is enough for all of them to be waiting for it. */
const START_MARGIN_NS = 5_000_000;

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
  const primings = await generator.prime(primeRequests(request, workers));
  onPhase({ name: 'ageing', ms: request.offerAfterMs });
  await age(request);
  const meters = new Set(request.streams.flatMap(({ serverCpu }) => serverCpu ?? []));
  const cpuBefore = readAll(meters);
  onPhase({ name: 'window', startNs: nowNs() + START_MARGIN_NS });
  const measured = await generator.measure(measureRequests(request, workers), START_MARGIN_NS);
  const serverCpuNs = differences(cpuBefore, readAll(meters));
  return blockRecordsOf({ request, measured, primings, serverCpuNs });
};

type MeterReadings = ReadonlyMap<CpuMeter, number | undefined>;

const readAll = (meters: ReadonlySet<CpuMeter>): MeterReadings => new Map([...meters].map((meter) => [meter, meter.readNs()]));

const differences = (before: MeterReadings, after: MeterReadings): MeterReadings =>
  new Map(
    [...after].map(([meter, ns]) => {
      const earlier = before.get(meter);
      return [meter, ns === undefined || earlier === undefined ? undefined : ns - earlier];
    }),
  );

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
