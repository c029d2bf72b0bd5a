import { parse } from 'csv-parse/sync';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { summarize } from '../../src/analysis/summary/cell-summary.ts';
import { startReferenceServer } from '../../src/target/reference/reference-server.ts';
import { startTurnstile } from '../servers/relays.ts';
import { Resumark } from './resumark.ts';

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const TOLERANCE = 0.1;

it('finds the capacity of a server of one thread, which its closed loop knows too, within the tolerance', async () => {
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });
  const turnstile = await startTurnstile(server.port, 8);
  try {
    const target = `127.0.0.1:${String(turnstile.port)}`;
    const args = ['-k', '--servername', 'localhost', '--tls', '1.2', '-m', 'ticket'];
    // The truth, by another way: a server of one thread that is never idle does what it can.
    const closed = await resumark.measure('run', target, ...args, '-c', '8', '-d', '3s', '--rounds', '1');
    const truth = summarize(closed.record)[0]?.ratePerSecond ?? 0;
    expect(truth).toBeGreaterThan(0);
    expect(truth).toBeLessThanOrEqual(126);

    const search = ['--objective', 'p90 < 100ms', '--max-errors', '1%', '--tolerance', '10%', '-d', '2s'];
    const { record, code, stderr } = await resumark.measure('run', target, ...args, ...search);
    expect(code, stderr).toBe(0);
    const [capacity] = record.capacity;
    expect(capacity).toMatchObject({ objective: { name: 'p90', limitNs: 100e6 }, maxErrors: 0.01, tolerance: TOLERANCE });
    const found = capacity?.foundPerSecond ?? 0;
    expect(found / truth).toBeGreaterThan(1 - TOLERANCE);
    expect(found / truth).toBeLessThan(1 + TOLERANCE);
    expect(capacity?.failsPerSecond).toBeGreaterThan(truth * (1 - TOLERANCE / 2));

    // Each trial is in the record, and the result is what was measured at the found rate.
    expect(record.blocks.map(({ round }) => round)).toEqual(capacity?.trials.map((_, i) => i));
    for (const block of record.blocks) expect(block.valid).toBe(capacity?.trials[block.round]?.perSecond === found);
    expect((summarize(record)[0]?.ratePerSecond ?? 0) / found).toBeCloseTo(1, 1);

    const folder = join(resumark.results, record.id);
    const [row] = parse<Record<string, string>>(await readFile(join(folder, 'summary.csv'), 'utf8'), { columns: true });
    expect(Number(row?.['capacity_per_s'])).toBe(found);
    const { stdout } = await resumark.run('report', folder);
    expect(stdout).toMatch(/^target TLS 1\.2 ticket: sustains \S+\/s with p90 < 100 ms and at most 1% errors, .*; at \S+\/s /mu);
  } finally {
    await turnstile.close();
    await server.close();
  }
});

it('says so and exits 4 when no rate keeps the objective', async () => {
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: [], delayMs: 30 });
  try {
    const target = `127.0.0.1:${String(server.port)}`;
    const search = ['--objective', 'p50 < 10ms', '-d', '100ms', '--tls', '1.3', '-m', 'full', '-k', '--servername', 'localhost'];
    const { record, code, stderr } = await resumark.measure('run', target, ...search);
    expect(stderr).toMatch(/error: target TLS 1\.3 full did not meet the objective at any rate, not even at /u);
    expect(record.capacity[0]).toMatchObject({ foundPerSecond: null, isOver: true });
    expect(code).toBe(4);
  } finally {
    await server.close();
  }
});
