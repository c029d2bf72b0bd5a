import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accepts, freePort } from '../../src/target/ports.ts';
import { ROOT } from '../docs/documents.ts';
import { parseCall } from '../docs/parse-call.ts';
import { findProgram } from '../servers/require-program.ts';

const shellcheck = findProgram('shellcheck', 'shellcheck') ?? '';
const redis = findProgram('redis-server', 'redis-server') ?? '';

const SCRIPT = join(ROOT, 'deploy/slurm/agents.sbatch');

/** Stands in for Slurm: says what it was asked to run, and runs it once, as on one node. */
const SRUN = `#!/usr/bin/env bash
echo "srun $*" >>"$LOG"
while [[ $1 == --* ]]; do shift; done
exec "$@"
`;

/** Stands in for Resumark: an agent waits for its end, a run tries Redis with the password and without, and ends as the test says. */
const RESUMARK = `#!/usr/bin/env bash
echo "resumark $*" >>"$LOG"
if [ "$1" = agent ]; then
    sleep 60 &
    trap 'echo "agent stopped" >>"$LOG"; kill $!; exit 0' TERM
    echo "agent waits" >>"$LOG"
    wait
fi
until grep -q 'agent waits' "$LOG"; do sleep 0.05; done
try() { redis-cli -p "$RESUMARK_REDIS_PORT" "$@" 2>&1; }
until try ping | grep -q NOAUTH; do sleep 0.05; done
echo "without password: $(try ping)" >>"$LOG"
echo "with password: $(REDISCLI_AUTH=$RESUMARK_REDIS_PASSWORD try ping)" >>"$LOG"
echo "saves: $(REDISCLI_AUTH=$RESUMARK_REDIS_PASSWORD try config get save | tr '\\n' ' ')" >>"$LOG"
exit "\${ENDS_WITH:-0}"
`;

let folder: string;
let port: number;

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
  LOG: join(folder, 'log'),
  SLURM_JOB_NUM_NODES: '2',
  SLURM_CPUS_ON_NODE: '8',
  SLURM_SUBMIT_DIR: folder,
  RESUMARK_REDIS_PORT: String(port),
});

const submit = async (args: readonly string[], changes: NodeJS.ProcessEnv = {}) => {
  const child = spawn('bash', [SCRIPT, ...args], { env: { ...environment(), ...changes }, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, stderr };
};

describe('deploy/slurm/agents.sbatch', () => {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resumark-slurm-'));
    port = await freePort();
    await mkdir(join(folder, 'bin'));
    for (const [name, text] of [
      ['srun', SRUN],
      ['resumark', RESUMARK],
    ] as const) {
      await writeFile(join(folder, 'bin', name), text);
      await chmod(join(folder, 'bin', name), 0o755);
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is a script that bash can read', () => {
    expect(spawnSync('bash', ['-n', SCRIPT], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it.skipIf(shellcheck === '')('has nothing that shellcheck objects to (apt-get install shellcheck)', () => {
    expect(spawnSync(shellcheck, [SCRIPT], { encoding: 'utf8' })).toMatchObject({ status: 0, stdout: '' });
  });

  it.skipIf(redis === '')(
    'runs Redis with a password, agents and the scenario, and leaves nothing (apt-get install redis-server)',
    async () => {
      const { code, stderr } = await submit(['scenario.yaml', '--output', 'out']);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const log = await readFile(join(folder, 'log'), 'utf8');
      expect(log).toMatch(/^srun --nodes=1 --ntasks=1 --ntasks-per-node=1 --relative=1 --cpus-per-task=8 /mu);
      expect(log).toMatch(/^resumark agent --coordinator redis:\/\/\S+:\d+ --redis-password-file \S+\/password --workers 7$/mu);
      expect(log).toMatch(/^resumark run scenario\.yaml --output out --coordinator redis:\S+ --agents 1 --ready-timeout 120s$/mu);
      expect(log).toMatch(/^without password: NOAUTH/mu);
      expect(log).toMatch(/^with password: PONG$/mu);
      expect(log).toMatch(/^saves: save \s*$/mu);
      expect(log).toMatch(/^agent stopped$/mu);
      expect(await accepts({ address: '127.0.0.1', port })).toBe(false);
      expect((await readdir(folder)).sort()).toEqual(['bin', 'log']);
    },
  );

  it.skipIf(redis === '')('ends with the exit code of the run (apt-get install redis-server)', async () => {
    expect(await submit(['scenario.yaml'], { ENDS_WITH: '99' })).toMatchObject({ code: 99 });
    expect(await accepts({ address: '127.0.0.1', port })).toBe(false);
  });

  it.skipIf(redis === '')('gives agents and the run flags that they have (apt-get install redis-server)', async () => {
    await submit(['scenario.yaml'], { RESUMARK_ALLOW: '192.0.2.0/24' });
    const log = await readFile(join(folder, 'log'), 'utf8');
    const calls = [...log.matchAll(/^resumark (.*)$/gmu)].map(([, words = '']) => words.split(' '));
    expect(calls.map(([command]) => command).sort()).toEqual(['agent', 'run']);
    for (const words of calls) expect(await parseCall(words)).toHaveProperty('coordinator');
  });

  it('says what is missing', async () => {
    expect(await submit([])).toMatchObject({ code: 2, stderr: expect.stringContaining('usage') as unknown });
    const alone = await submit(['scenario.yaml'], { SLURM_JOB_NUM_NODES: '1' });
    expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining('two nodes or more') as unknown });
  });
});
