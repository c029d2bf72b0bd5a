import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { freePort } from '../../src/target/ports.ts';
import type { Finished } from './resumark.ts';

const ROOT = join(import.meta.dirname, '..', '..');

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

let folder: string;
let ports: readonly [string, string];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resumark-ci-'));
  ports = [String(await freePort()), String(await freePort())];
  // `npx --yes resumark` would fetch the published package: here it is the one that is being tested.
  await writeFile(
    join(folder, 'npx'),
    `#!/bin/sh\n[ "$1" = --yes ] && shift\nshift\nexec "${process.execPath}" "${join(ROOT, 'dist', 'bin.js')}" "$@"\n`,
  );
  await chmod(join(folder, 'npx'), 0o755);
});
afterEach(() => rm(folder, { recursive: true }));

/** As a runner does it: a script in a bash of its own. What it leaves running in the background ends with the test. */
const bash = (script: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> => {
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve({ code, ...text });
    });
  });
};

/** Ends what a script left running, as the end of a job does. */
const WITH_CLEANUP = "trap 'kill $(jobs -p) 2>/dev/null' EXIT\n";

const actionOutputs = async (path: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split('=', 2) as [string, string]),
  );

/** Runs the steps of action.yml with inputs, up to the first that fails. */
const runAction = async (
  given: Readonly<Record<string, string>>,
): Promise<Finished & { readonly outputs: Record<string, string>; readonly summary: string }> => {
  const action = parse(await readFile(join(ROOT, 'action.yml'), 'utf8')) as Action;
  expect(action.runs.using).toBe('composite');
  for (const name of Object.keys(given)) expect(Object.keys(action.inputs)).toContain(name);
  const inputOf = (name: string): string => given[name] ?? action.inputs[name]?.default ?? '';
  const files = { GITHUB_OUTPUT: join(folder, 'outputs'), GITHUB_STEP_SUMMARY: join(folder, 'summary.md') };
  await Promise.all(Object.values(files).map((path) => writeFile(path, '')));
  let last: Finished = { code: 0, stdout: '', stderr: '' };
  for (const step of action.runs.steps) {
    expect(step.shell).toBe('bash');
    // An input inside the script would be code.
    expect(step.run).not.toContain('${{');
    const env = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([key, value]) => [
        key,
        value.replace(/\$\{\{ inputs\.([\w-]+) \}\}/gu, (_, name: string) => inputOf(name)),
      ]),
    );
    last = await bash(step.run ?? '', { GITHUB_ACTION_PATH: ROOT, ...files, ...env });
    if (last.code !== 0) break;
  }
  const written = await actionOutputs(files.GITHUB_OUTPUT);
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [
    name,
    written[/steps\.gate\.outputs\.([\w-]+)/u.exec(value)?.[1] ?? ''] ?? '',
  ]);
  return {
    ...last,
    outputs: Object.fromEntries(outputs) as Record<string, string>,
    summary: await readFile(files.GITHUB_STEP_SUMMARY, 'utf8'),
  };
};

const scenario = async (content: object): Promise<string> => {
  const path = join(folder, 'scenario.json');
  await writeFile(path, JSON.stringify(content));
  return path;
};

const QUICK = {
  states: { edge: { server: {} } },
  protocols: ['TLSv1.3'],
  modes: ['full'],
  load: { concurrency: 1 },
  plan: { rounds: 8, handshakesPerBlock: 60 },
};

describe('the GitHub action', () => {
  it('passes what is met, and tells the job where the run is', async () => {
    const path = await scenario(QUICK);
    const { code, stdout, outputs, summary } = await runAction({
      scenario: path,
      thresholds: '\nfull.resumed >= 95%\nfull.p50 < 1s\n',
    });
    expect(stdout).toContain('Gates passed: 2 passed of 2 checks');
    expect(code).toBe(0);
    expect(outputs['exit-code']).toBe('0');
    expect(await readdir(join(folder, outputs['run-folder'] ?? ''))).toEqual(
      expect.arrayContaining(['junit.xml', 'report.html', 'run.json']),
    );
    expect(summary).toContain('Gates passed');
  });

  it('fails with the exit code of the gate, an annotation and a summary, after it was measured once more', async () => {
    const { code, stdout, outputs, summary } = await runAction({
      scenario: await scenario({ ...QUICK, gates: ['full.p50 < 1us'] }),
    });
    expect(stdout).toMatch(/^::error title=gate failed%3A full\.p50 < 1us/mu);
    expect({ code, exit: outputs['exit-code'] }).toEqual({ code: 99, exit: '99' });
    expect(stdout).toContain('the last of 2 runs');
    expect(summary).toContain('❌ full.p50 &lt; 1us');
    expect(await readFile(join(folder, outputs['run-folder'] ?? '', 'junit.xml'), 'utf8')).toContain('<failure message=');
  });

  it('names no run but its own, and keeps the verdict when the step summary cannot be written', async () => {
    await mkdir(join(folder, 'results', '20200101T000000Z_older'), { recursive: true });
    const refused = await runAction({ scenario: await scenario({ ...QUICK, modes: ['fulll'] }) });
    expect({ code: refused.code, outputs: refused.outputs }).toEqual({
      code: 2,
      outputs: { 'exit-code': '2', 'run-folder': '' },
    });
    const path = await scenario({ ...QUICK, gates: ['full.p50 < 1us'] });
    const summary = join(folder, 'nowhere', 'summary.md');
    const { code, stderr } = await bash(`npx --yes resumark run ${path} --gate --github --folder-file run-folder`, {
      GITHUB_STEP_SUMMARY: summary,
    });
    expect(stderr).toContain(`warning: the file ${summary} of GITHUB_STEP_SUMMARY cannot be written: ENOENT.`);
    expect(code).toBe(99);
    const judged = join(folder, (await readFile(join(folder, 'run-folder'), 'utf8')).trim());
    const page = await readFile(join(judged, 'report.html'), 'utf8');
    expect(page.indexOf('gate-failed')).toBeLessThan(page.indexOf('<table'));
    expect(page).toMatch(
      /To repeat the run: <code>npx resumark run [^<]*scenario\.json --gate --github [^<]*--seed \d+<\/code>/u,
    );
  });

  it('takes no input for code', async () => {
    const { code, stderr } = await runAction({ scenario: 'x.yaml"; touch "$OUTPUT.hacked', thresholds: '$(touch hacked)' });
    expect(stderr).toMatch(/^error: in a gate, /u);
    expect(code).toBe(2);
    expect((await readdir(folder)).filter((name) => name.includes('hacked'))).toEqual([]);
  });
});

/** The code blocks of docs/ci.md that are files, by the name in their first line. Ports are free ones of this machine. */
const documentedFiles = async (): Promise<ReadonlyMap<string, string>> => {
  const text = await readFile(join(ROOT, 'docs', 'ci.md'), 'utf8');
  const blocks = [...text.matchAll(/```yaml\n# (\S+)\n(.*?)```/gsu)];
  return new Map(
    blocks.map(([, name = '', content = '']) => [name, content.replaceAll('8443', ports[0]).replaceAll('9443', ports[1])]),
  );
};

const writeScenario = async (files: ReadonlyMap<string, string>): Promise<void> => {
  await mkdir(dirname(join(folder, 'ci/tls-gate.yaml')), { recursive: true });
  await writeFile(join(folder, 'ci/tls-gate.yaml'), files.get('ci/tls-gate.yaml') ?? '');
};

const PLAN = 'plan: { pairs: 20, handshakesPerBlock: 100 }';

/** The documented files with a scenario that takes a third of the time: one test runs it as it stands. */
const shortenedFiles = async (): Promise<ReadonlyMap<string, string>> => {
  const files = await documentedFiles();
  const text = files.get('ci/tls-gate.yaml') ?? '';
  expect(text).toContain(PLAN);
  return new Map([...files, ['ci/tls-gate.yaml', text.replace(PLAN, 'plan: { pairs: 10, handshakesPerBlock: 60 }')]]);
};

/** The recipe for GitLab with the gates of another scenario. */
const gitlabScript = async (gates: readonly string[]): Promise<Finished> => {
  const files = await shortenedFiles();
  const scenarioText = files.get('ci/tls-gate.yaml') ?? '';
  await writeScenario(
    new Map([['ci/tls-gate.yaml', `${scenarioText.split('gates:')[0] ?? ''}gates: ${JSON.stringify(gates)}\n`]]),
  );
  const job = parse(files.get('.gitlab-ci.yml') ?? '') as Readonly<Record<string, { readonly script: readonly string[] }>>;
  return bash(`${WITH_CLEANUP}${(job['tls-gate']?.script ?? []).join('\n')}`);
};

// Each starts two servers and measures several times: a busy machine takes its time.
describe('the recipes of docs/ci.md', { timeout: 180_000 }, () => {
  it('for GitHub start both builds and call the action with inputs that it has', async () => {
    const files = await shortenedFiles();
    await writeScenario(files);
    const workflow = parse(files.get('.github/workflows/tls-gate.yml') ?? '') as {
      readonly jobs: { readonly gate: { readonly steps: readonly Step[] } };
    };
    const { steps } = workflow.jobs.gate;
    const start = steps.find(({ run }) => run !== undefined)?.run ?? '';
    const own = steps.find(({ id }) => id === 'gate');
    const action = parse(await readFile(join(ROOT, 'action.yml'), 'utf8')) as Action;
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(own?.with ?? {})));
    const gate = `npx --yes resumark run ${own?.with?.['scenario'] ?? ''} --gate --inconclusive ${own?.with?.['inconclusive'] ?? ''}`;
    const { code, stdout, stderr } = await bash(`${WITH_CLEANUP}${start}\n${gate} --quiet`);
    expect(`${stdout}${stderr}`).toMatch(/Gates (?:passed|inconclusive): .* of 3 checks over 10 rounds/u);
    expect(code).toBe(0);
  });

  it('for GitLab run as they stand', async () => {
    const files = await documentedFiles();
    await writeScenario(files);
    const job = (
      parse(files.get('.gitlab-ci.yml') ?? '') as Readonly<
        Record<
          string,
          { readonly script: readonly string[]; readonly artifacts: { readonly reports: { readonly junit: string } } }
        >
      >
    )['tls-gate'];
    const { code, stdout, stderr } = await bash(`${WITH_CLEANUP}${(job?.script ?? []).join('\n')}`);
    expect(`${stdout}${stderr}`).toMatch(/Gates (?:passed|inconclusive)/u);
    expect(code).toBe(0);
    expect(await readFile(join(folder, job?.artifacts.reports.junit ?? ''), 'utf8')).toMatch(
      /<testsuite name="gates" tests="3"/u,
    );
    expect(await readFile(join(folder, 'summary.md'), 'utf8')).toContain('| state |');
  });

  it('for GitLab keep the failure of a gate that was confirmed, and its test report', async () => {
    const { code } = await gitlabScript(['full.p50 < 1us']);
    expect(code).toBe(99);
    expect(await readdir(join(folder, 'results'))).toHaveLength(2);
    const judged = (await readFile(join(folder, 'run-folder'), 'utf8')).trim();
    expect((await readdir(join(folder, 'results'))).toSorted().at(-1)).toBe(judged.split('/').at(-1));
    expect(await readFile(join(folder, 'junit.xml'), 'utf8')).toMatch(/<testsuite name="gates" tests="1" failures="1"/u);
  });

  it('for GitLab keep the exit code of a scenario that was refused', async () => {
    expect((await gitlabScript(['full.p9 < 1us'])).code).toBe(2);
  });
});
