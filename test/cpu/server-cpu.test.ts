import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noticeText } from '../../src/report/text/notice.ts';
import type { Notice } from '../../src/domain/notice.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { cpuMsOf } from '../../src/cpu/process-ticks.ts';
import { startReferenceServer } from '../../src/target/reference/reference-server.ts';
import { BIN, Resumark, total } from '../e2e/resumark.ts';
import { makeCgroup } from '../servers/cgroup.ts';
import { startNginx, type Nginx } from '../servers/nginx.ts';
import { handedOver, startPerConnectionServer } from '../servers/per-connection.ts';
import { findProgram } from '../servers/require-program.ts';
import { startServerProgram } from '../servers/server-program.ts';

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const compiler = findProgram('gcc', 'gcc libssl-dev');
const nginxProgram = findProgram('nginx', 'nginx-light libnginx-mod-stream');
const haproxyProgram = findProgram('haproxy', 'haproxy');
const isRoot = process.getuid?.() === 0;

const LOAD = ['-k', '--tls', '1.2', '-m', 'full', '-c', '4', '--rounds', '2', '-n', '600', '--warmup', '0'] as const;

const measure = (target: { readonly port: number }, ...more: readonly string[]) =>
  resumark.measure('run', `127.0.0.1:${String(target.port)}`, ...LOAD, ...more);

const serverNs = ({ blocks }: RunRecord): number => total(blocks, ({ cpuServerNs }) => cpuServerNs ?? Number.NaN);

const noticesOf = ({ notices }: RunRecord, code: Notice['code']): readonly Notice[] =>
  notices.filter((notice) => notice.code === code);

/** Handshakes outside of the windows cost as much as the measured ones. */
const measuredShare = ({ blocks }: RunRecord): number => {
  const measured = total(blocks, ({ handshakes }) => handshakes);
  return measured / (measured + total(blocks, ({ primed }) => primed.handshakes) + 1);
};

describe.skipIf(compiler === undefined)('a server that gives each connection its own (Debian: gcc libssl-dev)', () => {
  it.each(['thread', 'fork', 'reuse-port'] as const)(
    '%s, has all of its CPU time counted, as the kernel accounts it',
    async (manner) => {
      const server = await startPerConnectionServer(compiler ?? '', manner);
      try {
        const { record } = await measure(server);
        const share = serverNs(record) / ((await server.end()).cpuNs * measuredShare(record));
        expect(share).toBeGreaterThan(0.8);
        expect(share).toBeLessThan(1.15);
      } finally {
        await server.close();
      }
    },
  );

  it.each(['exec', 'stay'] as const)(
    'thread, and was handed its socket by a manager (%s), is counted without what else the manager runs',
    async (by) => {
      const server = await startPerConnectionServer(compiler ?? '', 'thread', handedOver(by));
      try {
        const { record } = await measure(server);
        expect(record.states[0]?.cpuSource).toMatch(/^schedstat of pid \d+ and children$/u);
        const share = serverNs(record) / ((await server.end()).cpuNs * measuredShare(record));
        expect(share).toBeGreaterThan(0.8);
        expect(share).toBeLessThan(1.15);
      } finally {
        await server.close();
      }
    },
  );

  it('process, and lets the kernel drop it, has no CPU time rather than a part of it', async () => {
    const server = await startPerConnectionServer(compiler ?? '', 'fork-ignored');
    try {
      const { record, stderr } = await measure(server);
      expect(record.blocks.at(-1)).toMatchObject({ cpuServerNs: null, server: { cpuAbsence: 'unwaited-children' } });
      const notices = noticesOf(record, 'server-cpu-unknown');
      expect(notices).toMatchObject([{ reason: 'unwaited-children' }]);
      expect(stderr).toContain('SIGCHLD is ignored');
    } finally {
      await server.close();
    }
  });

  it.skipIf(!isRoot)('process, and has a cgroup to itself, is counted by the kernel (root, writable cgroups)', async () => {
    const cgroup = await makeCgroup('cpuacct');
    const server = await startPerConnectionServer(compiler ?? '', 'fork-ignored');
    try {
      await cgroup?.add(server.pid);
      const { record } = await measure(server);
      expect(record.states[0]?.cpuSource).toBe(`cgroup ${cgroup?.path ?? ''}`);
      expect(noticesOf(record, 'server-cpu-unknown')).toEqual([]);
      // A handshake with an ECDSA key and a process of its own costs more than the signature's 20 µs.
      expect(serverNs(record) / total(record.blocks, ({ handshakes }) => handshakes)).toBeGreaterThan(200_000);
    } finally {
      await server.close();
      await cgroup?.remove();
    }
  });

  it.skipIf(!isRoot)('thread, and is process 1 of a PID namespace, is counted from inside and from outside (root)', async () => {
    const runner = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const server = await startPerConnectionServer(compiler ?? '', 'thread', runner);
    try {
      const outside = await measure(server);
      expect(serverNs(outside.record)).toBeGreaterThan(0);
      const [init = ''] = (await readFile(`/proc/${String(server.pid)}/task/${String(server.pid)}/children`, 'utf8')).split(' ');
      const args = ['run', `127.0.0.1:${String(server.port)}`, ...LOAD, '--output', resumark.results, '--format', 'json'];
      const inside = spawn('nsenter', ['--target', init, '--pid', '--mount', process.execPath, BIN, ...args]);
      let stdout = '';
      inside.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
      await once(inside, 'close');
      const record = JSON.parse(stdout) as RunRecord;
      expect(record.states[0]?.cpuSource).toBe('schedstat of pid 1 and children');
      expect(serverNs(record)).toBeGreaterThan(0);
    } finally {
      await server.close();
    }
  });
});

/** A scenario with a state for each name of one server. */
const scenarioOf = async (
  { folder, port }: Nginx,
  hosts: readonly string[],
  interleave: 'handshake' | 'block',
): Promise<string> => {
  const path = join(folder, `${interleave}.yaml`);
  const states = hosts.map((host, index) => `s${String(index)}: { target: '${host}:${String(port)}', insecure: true }`);
  await writeFile(
    path,
    `
states: { ${states.join(', ')} }
protocols: ['1.2']
modes: [full]
load: { concurrency: 4 }
plan: { rounds: 2, handshakesPerBlock: 100, interleave: ${interleave} }
`,
  );
  return path;
};

const TWICE = ['127.0.0.1', '127.0.0.1'];

describe.skipIf(nginxProgram === undefined)('nginx (Debian: nginx-light)', () => {
  const withNginx = async (use: (nginx: Nginx) => Promise<void>): Promise<void> => {
    const nginx = await startNginx(nginxProgram ?? '', { cache: 'shared', tickets: true, keyType: 'rsa-2048' });
    try {
      await use(nginx);
    } finally {
      await nginx.close();
    }
  };

  it('whose workers are replaced in the middle of blocks keeps the CPU time of those that ended', () =>
    withNginx(async (nginx) => {
      const beforeMs = cpuMsOf(nginx.pid);
      const { child, finished } = resumark.start([
        ...['run', `127.0.0.1:${String(nginx.port)}`, ...LOAD, '-n', '1500', '--output', resumark.results, '--format', 'json'],
      ]);
      // Twice in the windows, after a count of handshakes that the server's own log shows.
      for (const handshakes of [300, 1000]) {
        while ((await nginx.logged()) < handshakes && child.exitCode === null)
          await new Promise((resolve) => setTimeout(resolve, 5));
        process.kill(nginx.pid, 'SIGHUP');
      }
      const record = JSON.parse((await finished).stdout) as RunRecord;
      const accountedNs = (cpuMsOf(nginx.pid) - beforeMs) * 1e6;
      const share = serverNs(record) / (accountedNs * measuredShare(record));
      expect(share).toBeGreaterThan(0.85);
      expect(share).toBeLessThan(1.15);
    }));

  it('that serves two states is no server of either of them within one window, and says so', () =>
    withNginx(async (nginx) => {
      const shared = await resumark.measure('run', await scenarioOf(nginx, TWICE, 'handshake'));
      expect(shared.record.blocks.map(({ server }) => server.cpuAbsence)).toEqual(shared.record.blocks.map(() => 'shared'));
      expect(noticesOf(shared.record, 'server-cpu-unknown')).toHaveLength(2);
      const apart = await resumark.measure('run', await scenarioOf(nginx, TWICE, 'block'));
      expect(noticesOf(apart.record, 'server-cpu-unknown')).toEqual([]);
      expect(noticesOf(apart.record, 'server-forwards')).toEqual([]);
      expect(serverNs(apart.record)).toBeGreaterThan(0);
    }));

  it('is found however its address is written', () =>
    withNginx(async (nginx) => {
      const hosts = ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', 'localhost'];
      const { record } = await resumark.measure('run', await scenarioOf(nginx, hosts, 'block'));
      for (const [index, state] of record.states.entries()) {
        expect(state.cpuAbsence).toBeNull();
        const blocks = record.blocks.filter(({ cell }) => cell.startsWith(`s${String(index)}.`));
        expect(blocks.length).toBeGreaterThan(0);
        expect(serverNs({ ...record, blocks })).toBeGreaterThan(0);
      }
    }));

  it.skipIf(haproxyProgram === undefined)('through a balancer is named as what the CPU of the balancer is without', () =>
    withNginx(async (nginx) => {
      const balancer = await startServerProgram({
        command: [haproxyProgram ?? '', '-db', '-f', 'haproxy.cfg'],
        files: { 'haproxy.cfg': FORWARDING },
        values: { to: String(nginx.port) },
      });
      try {
        const { record, stderr } = await measure(balancer, '-c', '16', '--rounds', '1');
        expect(noticesOf(record, 'server-forwards')).toMatchObject([{ to: [`127.0.0.1:${String(nginx.port)}`] }]);
        expect(stderr).toContain('If it only forwards');
      } finally {
        await balancer.close();
      }
    }),
  );

  it.skipIf(!isRoot)('under a limit on its CPU time is reported as throttled (root, writable cgroups)', () =>
    withNginx(async (nginx) => {
      const cgroup = await makeCgroup('cpu', 0.1);
      try {
        await cgroup?.addFamily(nginx.pid);
        const { record } = await measure(nginx, '--rounds', '1', '-n', '600');
        expect(record.blocks[0]?.server.quota).toMatchObject({ cores: 0.1 });
        const [notice] = noticesOf(record, 'cpu-throttled');
        expect(notice).toMatchObject({ state: 'target', cores: 0.1 });
      } finally {
        await nginx.close();
        await cgroup?.remove();
      }
    }),
  );
});

it.skipIf(!isRoot)('knows the limit on its own CPU time, and what it did (root, writable cgroups)', async () => {
  const cgroup = await makeCgroup('cpu', 0.3);
  // Outside of the limit, which its start-up alone would take seconds of.
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });
  const { child, finished } = resumark.start([
    ...['run', `127.0.0.1:${String(server.port)}`, ...LOAD, '--rounds', '1', '-n', '1500'],
    ...['--output', resumark.results, '--format', 'json'],
  ]);
  try {
    await cgroup?.add(child.pid ?? 0);
    const { stdout, stderr } = await finished;
    const record = JSON.parse(stdout) as RunRecord;
    expect(record.environment.cores).toBe(1);
    expect(record.blocks[0]?.hosts[0]?.quota).toMatchObject({ cores: 0.3 });
    const throttled = noticesOf(record, 'cpu-throttled').filter((notice) => !('state' in notice));
    expect(throttled).toHaveLength(1);
    expect(throttled.map(noticeText).every((text) => stderr.replaceAll(/\s+/gu, ' ').includes(text))).toBe(true);
  } finally {
    await server.close();
    await cgroup?.remove();
  }
});

const FORWARDING = `
global
    maxconn 4096
defaults
    mode tcp
    timeout connect 5s
    timeout client 5s
    timeout server 5s
listen forward
    bind {{address}}:{{port}}
    server only 127.0.0.1:{{to}}
`;
