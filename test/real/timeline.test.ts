import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventEffects } from '../../src/analysis/timeline/effects.ts';
import type { EventRecord } from '../../src/domain/event-record.ts';
import type { BlockRecord } from '../../src/domain/run-record.ts';
import { Resumark } from '../e2e/resumark.ts';
import { startNginx } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';

const program = findProgram('nginx', 'nginx-light libnginx-mod-stream');

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const CLIENTS = 50;

/** Lines of the log: all clients are primed, and the window is in its third second. */
const BEFORE_RELOAD = CLIENTS + 200;

const LOAD = ['-k', '--tls', '1.2', '-m', 'ticket', '-r', '100/s', '--clients', String(CLIENTS), '-d', '6s'];

describe.skipIf(program === undefined)('an nginx that is reloaded in the middle of a window (Debian: nginx-light)', () => {
  it('declines the tickets of its old worker, for the new one has another key; and no CPU time of the old one is lost', async () => {
    const nginx = await startNginx(program ?? '', { cache: 'off', tickets: true });
    try {
      const plan = ['--rounds', '1', '--warmup', '0', '-w', '1', '--timeline', '250ms'];
      const running = resumark.measure('run', `127.0.0.1:${String(nginx.port)}`, ...LOAD, ...plan);
      while ((await nginx.logged()) < BEFORE_RELOAD) await new Promise((resolve) => setTimeout(resolve, 20));
      const reloadedMs = Date.now();
      process.kill(nginx.pid, 'SIGHUP');
      const { record } = await running;
      const [block] = record.blocks;
      const refused = (await nginx.lines()).slice(BEFORE_RELOAD).filter((line) => line.startsWith('TLSv1.2 . ')).length;
      expect(block).toMatchObject({ handshakes: 600, declined: { refused }, errors: {} });
      // For a moment both workers accept: a client that meets the old one once more has its new ticket declined there.
      expect(refused).toBeGreaterThanOrEqual(CLIENTS);
      expect(refused).toBeLessThan(2 * CLIENTS);
      // A generator that was held up for long leaves its block out of results; what it counted is true all the same.
      const blocks = record.blocks.map((one) => ({ ...one, valid: true }));
      const [effect] = eventEffects({ ...record, blocks, events: [reload(block, reloadedMs)] });
      expect(effect).toMatchObject({ shareBefore: 1, recovery: { state: 'back' } });
      expect(effect?.lowestShare).toBeLessThan(0.5);
      // The last few that are declined are too few to say that the share is still low.
      expect(effect?.extraFull).toBeGreaterThan(0.7 * CLIENTS);
      expect(effect?.extraFull).toBeLessThanOrEqual(refused);
      const readings = block?.timeline?.cpuServer ?? [];
      const usedNs = readings.reduce((sum, reading) => sum + reading.usedNs, 0);
      expect(usedNs / (block?.cpuServerNs ?? Number.NaN)).toBeCloseTo(1, 1);
      expect(readings.every(({ fromNs }, i) => i === 0 || fromNs === readings[i - 1]?.toNs)).toBe(true);
    } finally {
      await nginx.close();
    }
  });
});

const reload = (block: BlockRecord | undefined, unixMs: number): EventRecord => ({
  state: 'target',
  action: 'reload',
  node: null,
  round: block?.round ?? 0,
  position: block?.position ?? 0,
  atNs: Number(BigInt(unixMs) * 1_000_000n - BigInt(block?.startUnixNs ?? 0)),
  tookNs: 0,
  failure: null,
});
