import { expect, it } from 'vitest';
import type { SequentialRecord } from '../../../src/domain/run-record.ts';
import type { Control } from '../../../src/load/protocol/counters.ts';
import { ClosedPace } from '../../../src/load/worker/pace.ts';
import { measureSequentially } from '../../../src/load/worker/sequential.ts';
import type { LoadWindow } from '../../../src/load/worker/window.ts';
import { FakeEngine, fakeWindow, MS, type FakeServer, type FakeStream } from '../fake-engine.ts';

interface Measured {
  readonly window: LoadWindow;
  readonly engine: FakeEngine;
  readonly record: SequentialRecord | null;
}

const measure = async (stream: FakeStream, server: FakeServer, handshakes: number): Promise<Measured> => {
  const pace = new ClosedPace({ concurrency: 1, bound: undefined, startNs: 0 });
  const { window, counters } = fakeWindow(pace, [{ clients: 1, ...stream }], false);
  const engine = new FakeEngine(server);
  const record = await measureSequentially({
    perform: (work) => {
      engine.run(work);
    },
    window,
    bound: { by: 'count', attempts: handshakes },
    startNs: 0,
    control: (): Control => counters.control,
  });
  return { window, engine, record };
};

const tally = ({ window }: Measured) => {
  const report = window.tallies[0]?.report().counts;
  if (report === undefined) throw new RangeError('there is no stream');
  return report;
};

it('times so many handshakes one after another, each by its own time, and counts them as ever', async () => {
  // 1 to 20 ms, each as often.
  const measured = await measure({ mode: 'full' }, { serviceNs: (startNs) => (((startNs / MS) % 20) | 0) * MS + MS }, 200);
  const { handshakeNs, honoured } = tally(measured);
  expect(honoured).toBe(200);
  expect(measured.engine.starts).toHaveLength(200);
  expect(measured.record?.samples).toBe(200);
  expect(measured.record?.meanNs).toBeCloseTo(handshakeNs.sumNs / handshakeNs.count, 0);
});

it('gives the margin of the mean by Student', async () => {
  let turn = 0;
  const { record } = await measure({ mode: 'ticket' }, { serviceNs: () => (turn++ % 2 === 0 ? 1 : 3) * MS }, 100);
  // Ones and threes by halves: a mean of 2, a standard deviation of sqrt(100 / 99), and t of 1.984 at 99 degrees of freedom.
  expect(record?.meanNs).toBeCloseTo(2 * MS, -2);
  expect((record?.sdNs ?? 0) / MS).toBeCloseTo(Math.sqrt(100 / 99), 4);
  expect((record?.marginNs ?? 0) / MS).toBeCloseTo((1.984 * Math.sqrt(100 / 99)) / 10, 3);
  expect((record?.madNs ?? 0) / MS).toBeCloseTo(1, 6);
});

it('asks tinybench whether the clock is too coarse for what was timed', async () => {
  const coarse = await measure({ mode: 'full' }, { serviceNs: () => MS }, 200);
  expect(coarse.record?.coarseClock).toBe('low-distinct');
  let turn = 0;
  const fine = await measure({ mode: 'full' }, { serviceNs: () => MS + turn++ * 997 }, 200);
  expect(fine.record?.coarseClock).toBeNull();
});

it('has no statistics of a mode that is declined, and ends after so many attempts', async () => {
  const measured = await measure({ mode: 'ticket' }, { serviceNs: () => MS, resumes: () => false }, 30);
  expect(measured.record).toBeNull();
  expect(tally(measured)).toMatchObject({ honoured: 0, declined: { refused: 30 } });
});

it('keeps what was measured when it is interrupted, without statistics of a part', async () => {
  const pace = new ClosedPace({ concurrency: 1, bound: undefined, startNs: 0 });
  const { window, counters } = fakeWindow(pace, [{ mode: 'full', clients: 1 }], false);
  const engine = new FakeEngine({ serviceNs: () => MS });
  const record = await measureSequentially({
    perform: (work) => {
      engine.run(work);
      if (engine.starts.length === 10) counters.control = 'drain';
    },
    window,
    bound: { by: 'count', attempts: 100 },
    startNs: 0,
    control: () => counters.control,
  });
  expect(record).toBeNull();
  expect(window.tallies[0]?.report().counts.honoured).toBe(10);
});
