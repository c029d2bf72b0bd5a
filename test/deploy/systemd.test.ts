import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../docs/documents.ts';
import { findProgram } from '../servers/require-program.ts';

const analyze = findProgram('systemd-analyze', 'systemd') ?? '';
const strace = findProgram('strace', 'strace') ?? '';

const UNIT = join(ROOT, 'deploy/systemd/resumark-agent.service');

/** systemd-analyze rates from 0 (locked up) to 10. Sockets to anywhere but localhost, and code in writable memory, are 0.6 of this. */
const MOST_EXPOSURE = 1.2;

let folder: string;
let unit: string;

const analysed = (...args: readonly string[]) => spawnSync(analyze, args, { encoding: 'utf8' });

/** The system calls that the unit allows: those of the sets that it names, less those of the sets that it takes away. */
const allowedCalls = (text: string): ReadonlySet<string> => {
  const sets = [...text.matchAll(/^SystemCallFilter=(~?)(@[\w-]+)$/gmu)];
  const named = (sign: string): string[] => sets.filter((one) => one[1] === sign).flatMap((one) => callsOf(one[2] ?? ''));
  const denied = new Set(named('~'));
  return new Set(named('').filter((call) => !denied.has(call)));
};

/** The calls of a set, and of the sets in it. */
const callsOf = (set: string): string[] =>
  analysed('syscall-filter', set)
    .stdout.split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => /^@?[\w-]+$/u.test(line))
    .flatMap((name) => (name.startsWith('@') ? callsOf(name) : [name]));

describe.skipIf(analyze === '')('deploy/systemd/resumark-agent.service (apt-get install systemd)', () => {
  let text: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resumark-systemd-'));
    text = await readFile(UNIT, 'utf8');
    unit = join(folder, 'resumark-agent.service');
    // systemd-analyze looks whether the program is there.
    await writeFile(unit, text.replaceAll('/usr/local/bin/resumark', process.execPath));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is understood by systemd, every line of it', () => {
    const { status, stdout, stderr } = analysed('verify', '--man=no', unit);
    expect(`${stdout}${stderr}`).not.toContain('resumark-agent.service:');
    expect(status).toBe(0);
  });

  it('is locked up as far as a load generator can be', () => {
    const threshold = String(MOST_EXPOSURE * 10);
    const { status, stdout } = analysed('security', '--offline=true', '--no-pager', `--threshold=${threshold}`, unit);
    expect(stdout).toContain('Overall exposure level');
    expect(status).toBe(0);
  });

  it('leaves V8 the memory that it compiles to', () => {
    expect(text).not.toMatch(/^MemoryDenyWriteExecute=/mu);
  });

  it.skipIf(strace === '')('allows every system call that loading makes (apt-get install strace)', async () => {
    const log = join(folder, 'calls');
    const load = [
      'run',
      'scenarios/smoke.yaml',
      '--tls',
      '1.3',
      '-m',
      'full,ticket',
      '-n',
      '20',
      '--rounds',
      '1',
      '--output',
      folder,
      '--quiet',
    ];
    const traced = spawnSync(
      strace,
      ['-f', '-qq', '-c', '-S', 'name', '-U', 'name', '-o', log, process.execPath, 'dist/bin.js', ...load],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );
    // A traced generator is slow, and warns of it.
    expect(traced).toMatchObject({ status: 0 });
    const made = (await readFile(log, 'utf8'))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^[a-z]\w+$/u.test(line));
    expect(made).toEqual(expect.arrayContaining(['connect', 'epoll_wait', 'sendto']));
    const allowed = allowedCalls(text);
    expect(made.filter((call) => !allowed.has(call) && call !== 'syscall' && call !== 'total')).toEqual([]);
  });
});
