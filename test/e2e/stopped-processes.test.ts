import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { startReferenceServer, type ReferenceServer } from '../../src/target/reference/reference-server.ts';
import { stall } from '../servers/stall.ts';
import { Resumark } from './resumark.ts';

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const withServer = async <Result>(use: (server: ReferenceServer) => Promise<Result>): Promise<Result> => {
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });
  try {
    return await use(server);
  } finally {
    await server.close();
  }
};

const start = ({ port }: ReferenceServer, ...flags: readonly string[]) => {
  const target = `127.0.0.1:${String(port)}`;
  const args = ['-k', '--tls', '1.3', '-m', 'full', '--warmup', '0', '-o', resumark.results, '--format', 'json'];
  return resumark.start(['run', target, ...args, ...flags]);
};

/** Waits until the server itself has counted so many handshakes. */
const reached = async (server: ReferenceServer, handshakes: number): Promise<void> => {
  while ((await server.counts()).handshakes < handshakes) await new Promise((resolve) => setTimeout(resolve, 10));
};

/** A gate that every finished handshake passes. */
const LENIENT = ['--threshold', 'full.p50 < 10s'];

describe('a server that is stopped in the middle (SIGSTOP)', () => {
  it.each([
    ['closed load with few in flight', ['-c', '2', '--handshakes-per-block', '100']],
    ['closed load with many in flight', ['-c', '32', '--handshakes-per-block', '100']],
    ['a schedule', ['-r', '100/s', '-c', '8', '-d', '1s']],
    ['engine openssl', ['-c', '4', '--handshakes-per-block', '100', '--engine', 'openssl']],
    ['engine node', ['-c', '4', '--handshakes-per-block', '100', '--engine', 'node']],
  ])('stops the run, and passes no gate: %s', (_, flags) =>
    withServer(async (server) => {
      const running = start(server, '--rounds', '200', '--timeout', '500ms', ...LENIENT, ...flags);
      await reached(server, 400);
      process.kill(server.pid, 'SIGSTOP');
      const { code, stdout, stderr } = await running.finished;
      const record = JSON.parse(stdout) as RunRecord;
      expect({ code, status: record.status }).toEqual({ code: 4, status: 'stopped' });
      // What the server had finished before it was stopped is true, but a block of failures alone
      // is none.
      const failed = record.blocks.filter(({ errors, primed }) => Object.keys({ ...errors, ...primed.errors }).length > 0);
      expect(failed.length).toBeGreaterThan(0);
      expect(failed.filter(({ handshakes, valid }) => handshakes === 0 && valid)).toEqual([]);
      expect(record.gates?.outcome).not.toBe('passed');
      expect(stderr.replaceAll(/\s+/gu, ' ')).toMatch(
        /the run was stopped in .* times? the (?:handshake|TCP connect) timed out/u,
      );
      expect(stderr).not.toContain('breaks off');
    }),
  );
});

it('a server that the run has started and that is stopped holds up neither its end nor what was measured', async () => {
  const path = join(resumark.results, 'own.yaml');
  await writeFile(
    path,
    'name: own\nstates: { own: { server: {} } }\nplan: { rounds: 200, handshakesPerBlock: 100, warmup: 0 }\n',
  );
  const flags = ['--tls', '1.3', '-m', 'full', '-c', '2', '--timeout', '500ms', '-o', resumark.results, '--format', 'json'];
  const { child, finished } = resumark.start(['run', path, ...flags]);
  while ((await blocksSaved('own')) < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const server of await childrenOf(child.pid ?? 0)) process.kill(server, 'SIGSTOP');
  const { code, stdout } = await finished;
  const record = JSON.parse(stdout) as RunRecord;
  expect({ code, status: record.status }).toEqual({ code: 4, status: 'stopped' });
  expect(record.blocks.filter(({ honoured }) => honoured === 100).length).toBeGreaterThan(0);
  expect(record.states.map(({ account }) => account?.state)).toEqual(['absent']);
});

/** Blocks in the record of the only run of this name, which is written anew after each round. */
const blocksSaved = async (name: string): Promise<number> => {
  const folder = (await resumark.folders()).find((one) => one.endsWith(`_${name}`));
  const text = folder === undefined ? '' : await readFile(join(folder, 'run.json'), 'utf8').catch(() => '');
  return text === '' ? 0 : (JSON.parse(text) as RunRecord).blocks.length;
};

const childrenOf = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')).split(' ').filter(Boolean).map(Number);

describe('the generator itself, stopped for a second (SIGSTOP, SIGCONT)', () => {
  it.each([
    ['closed load', ['-c', '4']],
    ['a schedule', ['-r', '200/s', '-c', '16']],
    ['engine node', ['-c', '4', '--engine', 'node']],
  ])('leaves the block out, says so, and fails no gate: %s', (_, load) =>
    withServer(async (server) => {
      // What the stop adds is far above the limit, and what a busy machine adds far below.
      const strict = ['--threshold', 'full.max < 900ms'];
      const running = start(server, '--rounds', '2', '-d', '3s', ...strict, ...load);
      await reached(server, 200);
      const stalledMs = await stall(running.child.pid ?? 0, 1000);
      const { stdout, stderr } = await running.finished;
      const record = JSON.parse(stdout) as RunRecord;
      const spoilt = record.blocks.filter(({ valid }) => !valid);
      expect(spoilt.map(({ invalidReason }) => invalidReason)).toEqual(['the generator itself was stopped']);
      const notice = record.notices.find(({ code }) => code === 'generator-stalled');
      expect(notice).toMatchObject({ blocks: 1 });
      expect((notice as { longestNs: number }).longestNs / 1e6 / stalledMs).toBeGreaterThan(0.9);
      expect(stderr.replaceAll(/\s+/gu, ' ')).toContain('this generator itself stood still');
      expect(record.gates?.outcome).not.toBe('failed');
    }),
  );
});
