import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SuccessiveMeter } from '../../src/cpu/successive-meter.ts';

const BURNER = fileURLToPath(new URL('burner.mjs', import.meta.url));

const burn = async (burner: ChildProcess, ms: number): Promise<void> => {
  burner.send(['burn', ms]);
  await once(burner, 'message');
};

it('adds up what processes use one after the other, and nothing of the time between them', async () => {
  const first = fork(BURNER);
  const meter = new SuccessiveMeter(first.pid ?? 0);
  const span = meter.start();
  await burn(first, 300);
  meter.leave();
  const beforeNs = span.used().cpuNs ?? 0;
  expect(span.cpuNs()).toBe(beforeNs);
  first.disconnect();
  await once(first, 'exit');
  // Nobody runs: nothing is used, and nothing is lost.
  expect(span.used()).toMatchObject({ cpuNs: beforeNs, cpuAbsence: null, pids: [] });
  expect(meter.start().used()).toMatchObject({ cpuNs: 0, cpuAbsence: null });
  const second = fork(BURNER);
  await burn(second, 1);
  const later = meter.start();
  meter.follow(second.pid ?? 0);
  await burn(second, 200);
  const use = later.used();
  // It still lives, and what it does after its burning may fall between the two readings.
  expect((later.cpuNs() ?? 0) / (use.cpuNs ?? 0)).toBeCloseTo(1, 1);
  // By its own account a burner uses what it is asked to; the kernel's clock for the rest of its life is a little more.
  expect((use.cpuNs ?? 0) / 200e6).toBeGreaterThan(0.95);
  expect((use.cpuNs ?? 0) / 200e6).toBeLessThan(1.2);
  expect(beforeNs / 300e6).toBeGreaterThan(0.6);
  expect(use.pids).toEqual([second.pid]);
  second.disconnect();
  await once(second, 'exit');
});

it('a process that ends without leave makes the CPU time of its span unknown', async () => {
  const burner = fork(BURNER);
  const meter = new SuccessiveMeter(burner.pid ?? 0);
  const span = meter.start();
  burner.disconnect();
  await once(burner, 'exit');
  expect(span.used()).toMatchObject({ cpuNs: undefined, cpuAbsence: 'replaced' });
});
