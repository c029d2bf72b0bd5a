import { afterAll, beforeAll, expect, it } from 'vitest';
import { startReferenceServer } from '../../src/target/reference/reference-server.ts';
import { Resumark } from './resumark.ts';

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

/** Runs for a minute against a server that dies once it has served so many. */
const againstDying = async (...flags: readonly string[]) => {
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });
  const target = `127.0.0.1:${String(server.port)}`;
  const running = resumark.measure('run', target, '-k', '--tls', '1.3', '-m', 'full', '--rounds', '1', '--warmup', '0', ...flags);
  try {
    while ((await server.counts()).handshakes < 300) await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    await server.close();
  }
  return running;
};

it.each([
  ['by rate', ['-r', '200/s', '-d', '60s']],
  ['closed', ['-c', '4', '-d', '60s']],
])('stops loading a target that has begun to fail, keeps what was measured, and says so: %s', async (_, flags) => {
  const { record, code, stderr } = await againstDying(...flags);
  expect(code).toBe(4);
  expect(record.status).toBe('stopped');
  expect(record.notices.find((notice) => notice.code === 'stopped-on-errors')).toMatchObject({ severity: 'error' });
  expect(stderr).toMatch(/the run was stopped in target TLS 1\.3 full/u);
  const [block] = record.blocks;
  expect(block?.honoured).toBeGreaterThan(200);
  // Long before the minute was over, and before the failures outnumbered all the successes.
  expect(block?.durationNs).toBeLessThan(30e9);
});

it('stops between windows that are too short to be stopped in', async () => {
  const { record, code } = await againstDying('--rounds', '500', '--handshakes-per-block', '40', '-c', '1', '--engine', 'wire');
  expect(code).toBe(4);
  expect(record.status).toBe('stopped');
  const failing = record.blocks.filter(({ errors }) => Object.keys(errors).length > 0);
  expect(failing.length).toBeLessThanOrEqual(2);
});

it('goes on to its end where failing is what is asked about', async () => {
  const { record } = await againstDying('-r', '200/s', '-n', '600', '--stop-at-errors', '100%');
  expect(record.status).toBe('complete');
  expect(record.blocks[0]?.schedule).toMatchObject({ due: 600, dropped: 0 });
});
