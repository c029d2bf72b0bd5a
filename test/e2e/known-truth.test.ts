import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { summarize } from '../../src/analysis/summary/cell-summary.ts';
import { startReferenceServer } from '../../src/target/reference/reference-server.ts';
import { startNginx } from '../servers/nginx.ts';
import { cpuMsOf } from '../../src/cpu/process-ticks.ts';
import { startBreakingRelay } from '../servers/relays.ts';
import { findProgram } from '../servers/require-program.ts';
import { Resumark, total } from './resumark.ts';

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

it('a server that holds each handshake back by 50 ms measures as 50 ms more, and its TCP connect does not', async () => {
  const path = join(resumark.results, '..', `delay-${String(process.pid)}.yaml`);
  await writeFile(
    path,
    `
states: { plain: { server: {} }, held: { server: { delay: 50ms } } }
modes: [full, ticket]
load: { concurrency: 4 }
plan: { rounds: 2, handshakesPerBlock: 40 }
`,
  );
  const { record } = await resumark.measure('run', path);
  const cells = summarize(record);
  for (const held of cells.filter((cell) => cell.state === 'held')) {
    const plain = cells.find((cell) => cell.state === 'plain' && cell.mode === held.mode && cell.protocol === held.protocol);
    const added = ((held.handshakeNs.quantileNs(0.5) ?? 0) - (plain?.handshakeNs.quantileNs(0.5) ?? 0)) / 1e6;
    expect(added).toBeGreaterThan(45);
    expect(added).toBeLessThan(60);
    expect((held.connectNs.quantileNs(0.5) ?? 0) / 1e6).toBeLessThan(20);
  }
});

it('a server that breaks off 2% of its connections misses a gate on response.p99, which it meets when it breaks off none', async () => {
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: [] });
  const gatedThrough = async (every: number): Promise<{ readonly code: number | null; readonly failed: number }> => {
    const relay = await startBreakingRelay(server.port, every);
    try {
      const target = `127.0.0.1:${String(relay.port)}`;
      const load = ['-k', '--tls', '1.3', '-m', 'full', '-r', '400/s', '--rounds', '7', '--handshakes-per-block', '1050'];
      const { code, record } = await resumark.measure('run', target, ...load, '--threshold', 'full.response.p99 < 2s');
      return { code, failed: total(record.blocks, ({ errors }) => errors['closed'] ?? 0) };
    } finally {
      await relay.close();
    }
  };
  try {
    const { code, failed } = await gatedThrough(50);
    expect(failed / (7 * 1050)).toBeCloseTo(0.02, 3);
    expect(code).toBe(99);
    const whole = await gatedThrough(1e9);
    expect(whole.failed).toBe(0);
    expect(whole.code).not.toBe(99);
  } finally {
    await server.close();
  }
}, 120_000);

const nginxProgram = findProgram('nginx', 'nginx-light libnginx-mod-stream');

it.skipIf(nginxProgram === undefined)(
  "the server CPU of nginx agrees with nginx's own process accounting (Debian: nginx-light)",
  async () => {
    const nginx = await startNginx(nginxProgram ?? '', { cache: 'shared', tickets: true, keyType: 'rsa-2048' });
    try {
      const before = cpuMsOf(nginx.pid);
      const target = `127.0.0.1:${String(nginx.port)}`;
      const { record } = await resumark.measure('run', target, '-k', '--tls', '1.2', '-m', 'full', '-n', '4000', '--warmup', '0');
      const accounted = cpuMsOf(nginx.pid) - before;
      const measured = total(record.blocks, (block) => block.cpuServerNs ?? 0) / 1e6;
      // Outside the windows nginx also served the primings: each costs as much as a measured handshake.
      const share = 4000 / (4000 + total(record.blocks, (block) => block.primed.handshakes) + 1);
      expect(accounted).toBeGreaterThan(500);
      expect(measured / (accounted * share)).toBeGreaterThan(0.9);
      expect(measured / (accounted * share)).toBeLessThan(1.1);
    } finally {
      await nginx.close();
    }
  },
);
