import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateExitCode, gravest } from '../../src/cli/exit-code.ts';
import { EXIT, type ExitCode } from '../../src/domain/error.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { freePort } from '../../src/target/ports.ts';
import { Resumark, type Finished } from './resumark.ts';

let resumark: Resumark;
let folder: string;
beforeAll(async () => {
  resumark = await Resumark.create();
  folder = await mkdtemp(join(tmpdir(), 'resumark-exit-'));
});
afterAll(async () => {
  await resumark.close();
  await rm(folder, { recursive: true });
});

/** Full and ticket handshakes of TLS 1.3 against one reference server, few and quick. */
const QUICK = { states: { edge: { server: {} } }, protocols: ['TLSv1.3'], modes: ['full', 'ticket'] } as const;

const runScenario = async (scenario: object, ...args: readonly string[]): Promise<Finished> => {
  const path = join(folder, 'scenario.json');
  await writeFile(path, JSON.stringify(scenario));
  return resumark.run('run', path, '-o', join(folder, 'results'), '--quiet', ...args);
};

/** Runs with a module that is loaded first in the process and in each of its threads. */
const preloaded = async (code: string, run: () => Promise<Finished>): Promise<Finished> => {
  const path = join(folder, 'preloaded.mjs');
  await writeFile(path, code);
  process.env['NODE_OPTIONS'] = `--import=${pathToFileURL(path).href}`;
  try {
    return await run();
  } finally {
    delete process.env['NODE_OPTIONS'];
  }
};

const few = ['--rounds', '8', '--handshakes-per-block', '60', '-c', '1', '--warmup', '0'];

describe('the exit code', () => {
  it('0: what was asked for was measured, and the gates are met', async () => {
    const { code, stdout } = await runScenario(
      QUICK,
      ...few,
      '--threshold',
      'ticket.resumed >= 95%',
      '--threshold',
      'full.p50 < 1s',
    );
    expect(stdout).toContain('Gates passed: 2 passed of 2 checks over 8 rounds');
    expect(code).toBe(EXIT.done);
  });

  it('1: a bug of ours shows its stack', async () => {
    // Nothing that a user does ends so: a platform that breaks its word stands in for the bug.
    const breaking = `import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module';
      os.cpus = () => { throw new TypeError('broken on purpose'); }; syncBuiltinESMExports();`;
    const { code, stderr } = await preloaded(breaking, () => runScenario(QUICK, ...few));
    expect(stderr).toMatch(
      /^This is a bug in resumark .*\. Please report it with the following stack trace\.\nTypeError: broken on purpose\n +at /u,
    );
    expect(code).toBe(EXIT.internal);
  });

  it('2: a gate that is wrong, shown with its place, before anything is measured', async () => {
    const { code, stdout, stderr } = await runScenario(QUICK, '--threshold', 'ticket.p9 < 25ms');
    expect(stderr.split('\n').slice(0, 3)).toEqual([
      'error: in a gate, there is no metric "p9".',
      '  ticket.p9 < 25ms',
      '         ^',
    ]);
    expect(stderr).toMatch(/Did you mean p90\? Known metrics: handshakes, /u);
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
  });

  it('2: a gate of the scenario that is wrong, also where it is not applied', async () => {
    const { code, stdout, stderr } = await runScenario({ ...QUICK, gates: ['full.p50 < 1s', 'ticket.p99 < 25 bananas'] });
    expect(stderr).toMatch(/^error: in a gate, "25 bananas" is not understood\.\n {2}ticket\.p99 < 25 bananas\n.*\nIt must be /u);
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
  });

  it('2: a gate on what is not measured', async () => {
    const { code, stderr } = await runScenario(QUICK, '--threshold', 'edge.session-id.p50 < 25ms');
    expect(stderr).toMatch(/there is no measured mode session-id\.\n.*\n +\^\nThere is: full, ticket\./u);
    expect(code).toBe(EXIT.usage);
    const alone = await runScenario(QUICK, '--gate');
    expect(alone.stderr).toMatch(/nothing to gate/u);
    expect(alone.code).toBe(EXIT.usage);
    const change = await runScenario(QUICK, '--threshold', 'full.p50 regresses < 5%');
    expect(change.stderr).toMatch(/there is no state to compare with/u);
    expect(change.code).toBe(EXIT.usage);
  });

  it('3: too few rounds decide nothing, and noise may pass but that may not', async () => {
    const rare = ['--rounds', '3', '--handshakes-per-block', '40', '-c', '1', '--warmup', '0', '--threshold', 'full.p50 < 1s'];
    const { code, stdout } = await runScenario(QUICK, ...rare);
    expect(stdout).toContain('3 rounds cannot decide at this level, 7 can');
    expect(code).toBe(EXIT.inconclusive);
    expect((await runScenario(QUICK, ...rare, '--inconclusive', 'pass')).code).toBe(EXIT.inconclusive);
  });

  it('4: the target refuses, or a mode was never honoured, whatever the gates say', async () => {
    const port = String(await freePort());
    const refused = await resumark.run('run', `127.0.0.1:${port}`, '-k', '--threshold', 'full.p50 < 1s', '-o', folder);
    expect(refused.code).toBe(EXIT.target);
    const served = resumark.start(['serve', '--resumption', 'none', '--port', port]);
    try {
      await new Promise((resolve) => served.child.stdout?.once('data', resolve));
      const flags = ['-k', '--tls', '1.3', '-m', 'full,ticket', '-o', folder, '-q', ...few];
      const never = await resumark.run('run', `127.0.0.1:${port}`, ...flags, '--threshold', 'ticket.resumed >= 99%');
      expect(never.stdout).toContain('Gates failed: 1 failed of 1 check');
      expect(never.code).toBe(EXIT.target);
    } finally {
      served.child.kill('SIGINT');
      await served.finished;
    }
  });

  it.each([
    [
      'in the middle of a window',
      `parentPort.on('message', ({ type }) => type === 'measure' && ++seen === 8 && setTimeout(exit, 20));`,
    ],
    [
      'between two rounds',
      `parentPort.postMessage = (answer) => (post(answer), answer.type === 'measured' && ++seen === 8 && exit());`,
    ],
  ])('5: a worker was lost %s, and what was measured before is reported and saved', async (_, ending) => {
    const losing = `
      import { isMainThread, parentPort } from 'node:worker_threads';
      if (!isMainThread) {
        const post = parentPort.postMessage.bind(parentPort);
        const exit = () => process.exit(9);
        let seen = 0;
        ${ending}
      }`;
    const results = await mkdtemp(join(folder, 'lost-'));
    const flags = [
      '--rounds',
      '20',
      '--handshakes-per-block',
      '60',
      '-c',
      '1',
      '--engine',
      'node',
      '--threshold',
      'full.p50 < 1s',
    ];
    const { code, stdout, stderr } = await preloaded(losing, () => runScenario(QUICK, '-o', results, ...flags));
    expect(stderr).toMatch(/^error: the run is partial: a worker thread ended with code 9 [^\n]+\n/u);
    expect(stdout).toContain('the run did not end as planned (partial)');
    expect(code).toBe(EXIT.partial);
    const [id] = await readdir(results);
    const record = JSON.parse(await readFile(join(results, id ?? '', 'run.json'), 'utf8')) as RunRecord;
    expect(record.status).toBe('partial');
    expect(record.notices.find(({ code }) => code === 'worker-lost')).toMatchObject({
      severity: 'error',
      reason: 'a worker thread ended with code 9 in the middle of the run.',
    });
    expect(record.blocks.length).toBeGreaterThan(0);

    const gate = ['gate', join(results, record.id), '--threshold', 'full.resumed >= 0%'];
    const refused = await resumark.run(...gate);
    expect(refused.stdout).toMatch(/^inconclusive .* or judge it as it is with --allow-partial/mu);
    expect(refused.code).toBe(EXIT.partial);
    const accepted = await resumark.run(...gate, '--allow-partial');
    expect(accepted.stdout).toMatch(/^passed /mu);
    expect(accepted.code).toBe(EXIT.done);
  });

  it('5: a worker was lost at the start, and the others end with it', async () => {
    const losing = `
      import { isMainThread, threadId } from 'node:worker_threads';
      if (!isMainThread && threadId === 2) process.exit(9);`;
    const { code, stderr } = await preloaded(losing, () => runScenario(QUICK, ...few, '-c', '2', '--workers', '2'));
    expect(stderr).toBe('error: a worker thread ended with code 9 in the middle of the run.\n');
    expect(code).toBe(EXIT.partial);
  });

  it('5: the run folder cannot be written any more, and all that was measured is shown', async () => {
    const path = join(folder, 'scenario.json');
    await writeFile(path, JSON.stringify(QUICK));
    const results = await mkdtemp(join(folder, 'unsaved-'));
    const removing = `
      import { rmSync } from 'node:fs';
      import { isMainThread, parentPort } from 'node:worker_threads';
      let seen = 0;
      if (!isMainThread) parentPort.on('message', ({ type }) => {
        if (type === 'measure' && ++seen === 8) rmSync(${JSON.stringify(results)}, { recursive: true });
      });`;
    const { code, stdout, stderr } = await preloaded(removing, () =>
      resumark.run('run', path, '-o', results, '--format', 'json', ...few),
    );
    expect(stderr.match(/^error: the run folder .+ cannot be written: ENOENT\. .+$/gmu)).toHaveLength(2);
    expect((JSON.parse(stdout) as RunRecord).blocks).toHaveLength(16);
    expect(code).toBe(EXIT.partial);
  });

  it('99: a gate failed', async () => {
    const { code, stdout } = await runScenario(QUICK, ...few, '--threshold', 'full.p50 < 1us');
    expect(stdout).toMatch(/^failed +full\.p50 < 1us \[edge TLS 1\.3 full\]: .*limit < 1\.00 µs$/mu);
    expect(code).toBe(EXIT.gate);
  });

  it('130 and 143: interrupted, and what was measured is saved', async () => {
    for (const [signal, expected] of [
      ['SIGINT', EXIT.interrupted],
      ['SIGTERM', EXIT.terminated],
    ] as const) {
      const path = join(folder, 'scenario.json');
      await writeFile(path, JSON.stringify(QUICK));
      const results = join(folder, signal);
      const { child, finished } = resumark.start([
        'run',
        path,
        '-o',
        results,
        '--rounds',
        '2000',
        '-n',
        '200k',
        '--threshold',
        'full.p50 < 1s',
      ]);
      await new Promise((resolve) => child.stderr?.once('data', resolve));
      child.kill(signal);
      const { code, stdout } = await finished;
      expect(stdout).toContain('the run did not end as planned (interrupted)');
      expect(code).toBe(expected);
    }
  });
});

describe('of several exit codes', () => {
  it.each<[ExitCode, ExitCode[]]>([
    [2, [99, 2, 3]],
    [4, [99, 4, 5, 3]],
    [5, [99, 5, 3]],
    [99, [3, 99, 0]],
    [3, [0, 3]],
    [0, [0, 0]],
    [130, [130, 4, 99]],
  ])('%i wins', (winner, codes) => {
    expect(gravest(...codes)).toBe(winner);
  });

  it('noise may pass, a failure and what could not be judged may not', () => {
    const result = {
      gate: '',
      cell: '',
      unit: 'ns',
      value: 1,
      low: 1,
      high: 1,
      operator: '<',
      limit: 1,
      pValue: 1,
      pAdjusted: 1,
    } as const;
    const base = { ...result, samples: 1, caveat: null, cleared: 0 } as const;
    const decision = { alpha: 0.01, alphaPerLook: 0.01, rounds: 1, attempts: 1 } as const;
    const noise = { ...decision, outcome: 'inconclusive', results: [{ ...base, outcome: 'inconclusive' }] } as const;
    const unjudged = {
      ...noise,
      results: [{ ...base, outcome: 'inconclusive', caveat: { code: 'saturated', saturated: 1, of: 1 } }],
    } as const;
    expect([gateExitCode(noise, false), gateExitCode(noise, true), gateExitCode(unjudged, true)]).toEqual([3, 0, 3]);
    expect(gateExitCode({ ...decision, outcome: 'inconclusive', results: [] }, true)).toBe(3);
  });
});

describe('gate', () => {
  it('judges a stored run by the gates it was measured with, or by others, and tells CI servers', async () => {
    const measured = await runScenario(QUICK, ...few, '--threshold', 'ticket.resumed >= 95%', '--format', 'json');
    const { id } = JSON.parse(measured.stdout) as RunRecord;
    const path = join(folder, 'results', id);
    expect((await resumark.run('gate', path)).code).toBe(0);
    const failing = ['gate', path, '--threshold', 'full.p50 < 1us'];
    expect((await resumark.run(...failing)).code).toBe(99);
    const junit = await resumark.run(...failing, '--format', 'junit');
    expect(junit.stdout).toContain('<testsuite name="gates" tests="1" failures="1" errors="0"');
    const report = await resumark.run('report', path, '--format', 'junit');
    expect(report.stdout).toContain('<testsuite name="gates" tests="1" failures="0" errors="0"');
    const summary = join(folder, 'summary.md');
    process.env['GITHUB_STEP_SUMMARY'] = summary;
    try {
      const github = await resumark.run(...failing, '--github');
      expect(github.stdout).toMatch(/^::error title=gate failed%3A? ?.*full\.p50 < 1us/mu);
      expect(await readFile(summary, 'utf8')).toContain('❌');
    } finally {
      delete process.env['GITHUB_STEP_SUMMARY'];
    }
    const single = await resumark.run('gate', path, '--baseline', path, '--threshold', 'full.p50 regresses < 5%');
    expect(single.stdout).toContain('a single stored run is never a hard gate');
    expect(single.code).toBe(3);
  });
});
