import { spawn } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { cpuMsOf } from '../../src/cpu/process-ticks.ts';

it('adds up what children have used that end while they are looked at', async () => {
  const parent = spawn('sh', ['-c', 'while :; do sh -c ":; :"; done'], { stdio: 'ignore' });
  const pid = parent.pid ?? 0;
  try {
    const readings: number[] = [];
    const end = performance.now() + 2_000;
    while (performance.now() < end) {
      readings.push(cpuMsOf(pid));
      await setImmediate();
    }
    expect(readings).toEqual(readings.toSorted((one, other) => one - other));
    // The parent itself only forks and waits.
    expect(readings.at(-1)).toBeGreaterThan(100);
  } finally {
    parent.kill('SIGKILL');
  }
});

it('names the process that has ended', () => {
  expect(() => cpuMsOf(2 ** 22 + 1)).toThrow('process 4194305 has ended, and its CPU time with it');
});
