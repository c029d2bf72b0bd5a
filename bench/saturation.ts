import type { RunRecord } from '../src/domain/run-record.ts';
import { run } from '../src/run/execute.ts';
import { decodeScenario } from '../src/scenario/decode.ts';

/**
 * Whether a generator that cannot keep up is always told from one that can: short runs of one worker against a reference server, at a rate
 * far above what it can start and at one that leaves it idle. The generator is engine node, which costs more than the server does: with a
 * faster one it is the server that cannot keep up, and the generator is rightly not blamed. An idle machine is part of the second claim.
 *
 * Run with `npm run bench:saturation`.
 */
const RUNS = 20;

const RATES = [
  { rate: '5k/s', duration: '200ms', expected: true },
  { rate: '100/s', duration: '1s', expected: false },
] as const;

const runAt = (rate: string, duration: string): Promise<RunRecord> => {
  const scenario = {
    states: { server: { server: { certificate: 'ecdsa-p256' } } },
    protocols: ['TLSv1.3'],
    modes: ['full'],
    load: { rate },
    plan: { rounds: 1, duration, warmup: 0 },
    engine: 'node',
    workers: 1,
  };
  return run(decodeScenario(scenario, {}, 'saturation'));
};

let isRight = true;
for (const { rate, duration, expected } of RATES) {
  const marks: boolean[] = [];
  const busy: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const { blocks } = await runAt(rate, duration);
    marks.push(blocks.every(({ saturated }) => saturated));
    busy.push(...blocks.flatMap(({ hosts }) => hosts.flatMap(({ workers }) => workers)).map(({ busyShare }) => busyShare ?? 0));
  }
  const marked = marks.filter((mark) => mark).length;
  isRight &&= marked === (expected ? RUNS : 0);
  const [least, most] = [Math.min(...busy), Math.max(...busy)].map((share) => `${(share * 100).toFixed(1)} %`);
  process.stdout.write(
    `${rate}: marked as saturated in ${String(marked)} of ${String(RUNS)} runs, worker busy ${least ?? ''} to ${most ?? ''}\n`,
  );
}
if (!isRight) process.exitCode = 1;
