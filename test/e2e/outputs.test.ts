import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { probeJsonSchema } from '../../src/report/probe/json.ts';
import { scenarioJsonSchema } from '../../src/scenario/json-schema.ts';
import { BIN, Resumark } from './resumark.ts';

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

/** Runs a shell script in which `$RESUMARK` is the command; its output and its exit code. */
const shell = async (script: string): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> => {
  const child = spawn('bash', ['-c', script], {
    env: { ...process.env, RESUMARK: `${process.execPath} ${BIN}`, RESULTS: resumark.results },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, ...text };
};

const newestRecord = async (): Promise<RunRecord> => {
  const [newest = ''] = (await readdir(resumark.results)).toSorted().toReversed();
  return JSON.parse(await readFile(join(resumark.results, newest, 'run.json'), 'utf8')) as RunRecord;
};

const QUICK = 'scenarios/smoke.yaml --tls 1.3 -m full --rounds 3 --handshakes-per-block 50 -c 1 -o "$RESULTS"';

it('reads a scenario from standard input, and shows the newest run as latest', async () => {
  const { code, stderr } = await shell(
    'cat scenarios/smoke.yaml | $RESUMARK run - --tls 1.3 -m full -n 20 --rounds 1 -c 1 -o "$RESULTS"',
  );
  expect(code).toBe(0);
  const report = stderr.trimEnd().split('\n').at(-1) ?? '';
  expect(report).toMatch(/^report: .*report\.html$/u);
  const latest = await shell('$RESUMARK report "$RESULTS"/latest --format json');
  expect(report).toContain((JSON.parse(latest.stdout) as RunRecord).id);
});

it.each([
  ['', scenarioJsonSchema()],
  ['scenario', scenarioJsonSchema()],
  ['probe', probeJsonSchema()],
])('prints the JSON Schema: schema %s', async (document, schema) => {
  const { code, stdout } = await shell(`$RESUMARK schema ${document}`);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(schema);
});

it('lists the documents that have a schema where another is asked for', async () => {
  const { code, stderr } = await shell('$RESUMARK schema run');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'error: the document of schema must be one of scenario, probe, but it is "run".\n',
  });
});

describe('output that nobody takes', () => {
  it('a reader that has gone: the run goes on, is saved, and keeps its exit code', async () => {
    const { stdout, stderr } = await shell(`$RESUMARK run ${QUICK} 2>&1 | head -1; echo "\${PIPESTATUS[0]}"`);
    expect(stdout).toMatch(/^smoke: .*\n0\n$/u);
    expect(stderr).toBe('');
    const record = await newestRecord();
    expect(record.status).toBe('complete');
    expect(record.blocks).toHaveLength(3);
  });

  it('a reader of a report that has seen enough: nothing more is said', async () => {
    const { stdout, stderr } = await shell(
      '$RESUMARK report "$RESULTS"/* --format json | head -c 1; echo "\${PIPESTATUS[0]}"; $RESUMARK schema | head -1; echo "\${PIPESTATUS[0]}"',
    );
    expect({ stdout, stderr }).toEqual({ stdout: '[0\n{\n0\n', stderr: '' });
  });

  it('a device that is full: one sentence, and no success', async () => {
    const { code, stderr } = await shell('$RESUMARK report "$RESULTS"/* > /dev/full');
    expect(stderr).toBe('error: the result could not be printed: ENOSPC: no space left on device, write.\n');
    expect(code).toBe(5);
  });

  it('a device that is full keeps no run from being measured, and no verdict from its exit code', async () => {
    const { code } = await shell(`$RESUMARK run ${QUICK} --rounds 8 --threshold 'full.p50 < 1us' > /dev/full 2> /dev/full`);
    expect(code).toBe(99);
    expect((await newestRecord()).status).toBe('complete');
  });
});

it('a terminal that hangs up: the window ends, what it measured is kept, and the exit code is that of SIGTERM', async () => {
  const load = ['--tls', '1.3', '-m', 'full', '--rounds', '1', '--warmup', '0', '-c', '1', '-d', '60s'];
  const { child, finished } = resumark.start(['run', 'scenarios/smoke.yaml', '-o', resumark.results, ...load]);
  // It measures once it reports its progress.
  let progress = '';
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk: string) => {
      progress += chunk;
      if (progress.includes('round 1')) resolve();
    });
  });
  child.kill('SIGHUP');
  expect((await finished).code).toBe(143);
  const record = await newestRecord();
  expect(record.status).toBe('interrupted');
  expect(record.blocks[0]?.honoured).toBeGreaterThan(0);
});

it.each(['14.21.3', '18.20.4', '20.10.0', '21.7.3', '22.11.0'])('Node %s: says which one is needed', async (version) => {
  // Of the Node that runs it the program asks nothing but its version.
  const pretend = `Object.defineProperty(process.versions, "node", { value: "${version}" })`;
  const { code, stdout, stderr } = await shell(
    `NODE_OPTIONS='--import=data:text/javascript,${encodeURIComponent(pretend)}' $RESUMARK --version`,
  );
  expect(stderr).toBe(`error: resumark needs Node 20.19, 22.12 or newer, but this is Node ${version}.\n`);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});
