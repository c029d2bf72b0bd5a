import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Resumark } from './resumark.ts';

let resumark: Resumark;
let baselines: readonly string[];
let slower: string;

/** Measures a reference server that holds every handshake back, resumed or not: a delay that no busy machine can blur. */
const measured = async (delayMs: number): Promise<string> => {
  const file = join(resumark.results, `delay-${String(delayMs)}.json`);
  const states = { edge: { server: { delay: `${String(delayMs)}ms` } } };
  await writeFile(file, JSON.stringify({ name: 'stored', states, protocols: ['TLSv1.3'], modes: ['full', 'ticket'] }));
  const { record } = await resumark.measure('run', file, '-c', '20', '--rounds', '1', '-n', '20', '--warmup', '0');
  return join(resumark.results, record.id);
};

beforeAll(async () => {
  resumark = await Resumark.create();
  const runs: string[] = [];
  for (let i = 0; i < 5; i++) runs.push(await measured(100));
  baselines = runs;
  slower = await measured(1000);
}, 300_000);

afterAll(() => resumark.close());

const gate = (text: string) =>
  resumark.run('gate', slower, ...baselines.flatMap((run) => ['--baseline', run]), '--threshold', text);

// Whether five runs suffice for a verdict is for the noise of the machine to say; the quantity is not.
it('a gate on a resumed handshake does not pass when every handshake of the server got slower', async () => {
  const { code, stdout } = await gate('ticket.p50 regresses < 50%');
  expect(stdout).toMatch(/^(?:failed|inconclusive) +ticket\.p50 regresses < 50% \[edge TLS 1\.3 ticket\]: \+[\d,]{3,}/mu);
  expect([99, 3]).toContain(code);
});

it('a gate on its ratio to the full handshake is named so, and does not fail', async () => {
  const { code, stdout } = await gate('ticket.p50 / full.p50 regresses < 200%');
  expect(stdout).toMatch(/^(?:passed|inconclusive) +ticket\.p50 \/ full\.p50 regresses < 200% \[edge TLS 1\.3 ticket\]/mu);
  expect([0, 3]).toContain(code);
});

it('compare calls no resumed handshake improved because the full one got slower', async () => {
  const { stdout } = await resumark.run('compare', `before=${baselines.join()}`, `after=${slower}`);
  expect(stdout).not.toMatch(/ticket.* improved/u);
  expect(stdout).not.toContain('vs full');
});
