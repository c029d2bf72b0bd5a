import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

/** Of a checkout, what a fresh clone does not have. */
const NOT_CLONED = new Set(['node_modules', 'dist', 'dist-bench', '.git', 'results']);

/** What `npm pack --json` says of a package. */
interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>>;
}

let folder: string;
let files: readonly string[];
let tarball: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resumark-package-'));
  const clone = join(folder, 'clone');
  await cp(ROOT, clone, { recursive: true, filter: (path) => !(dirname(path) === ROOT && NOT_CLONED.has(basename(path))) });
  await cp(join(ROOT, 'results', 'reference'), join(clone, 'results', 'reference'), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  // As certificate.sh leaves them.
  for (const name of ['key.pem', 'haproxy.pem']) await writeFile(join(clone, 'scenarios', name), 'secret');
  const { stdout, stderr } = spawnSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: clone, encoding: 'utf8' });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as readonly Packed[];
  if (packed === undefined) throw new Error(stderr);
  files = packed.files.map(({ path }) => path);
  tarball = join(folder, packed.filename);
}, 180_000);
afterAll(() => rm(folder, { recursive: true }));

/** Installs the package and what it depends on, from the packages of this checkout. */
const install = async (name: string, { hasOptional }: { readonly hasOptional: boolean }): Promise<string> => {
  const home = join(folder, name);
  const modules = join(home, 'node_modules');
  await mkdir(join(modules, 'resumark'), { recursive: true });
  spawnSync('tar', ['-xzf', tarball, '-C', join(modules, 'resumark'), '--strip-components=1']);
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as Lockfile;
  for (const [path, { dev = false, optional = false }] of Object.entries(packages)) {
    if (!/^node_modules\/(?:@[^/]+\/)?[^/]+$/u.test(path) || dev || (optional && !hasOptional)) continue;
    await mkdir(dirname(join(home, path)), { recursive: true });
    await symlink(join(ROOT, path), join(home, path));
  }
  return home;
};

const run = (home: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, ['node_modules/resumark/dist/bin.js', ...args], { cwd: home, encoding: 'utf8' });

const QUICK = [
  'node_modules/resumark/scenarios/smoke.yaml',
  '--tls',
  '1.3',
  '-m',
  'full,ticket',
  '-n',
  '40',
  '--rounds',
  '1',
  '-c',
  '1',
];

describe('the package that users get, out of a fresh clone', () => {
  it('has the program, the documentation and the schema, and no key', () => {
    expect(files).toEqual(
      expect.arrayContaining(['dist/bin.js', 'dist/index.d.ts', 'docs/reference.md', 'scenarios/scenario.schema.json']),
    );
    expect(files.filter((path) => /\.pem$|\.stamp$|^(?:src|test)\//u.test(path))).toEqual([]);
  });

  it('is built as a program that starts by itself, as npx starts it in a checkout', () => {
    expect(spawnSync(join(folder, 'clone', 'dist', 'bin.js'), ['--version'], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('has everything that its pages link to', async () => {
    const home = await install('links', { hasOptional: false });
    for (const page of files.filter((path) => path.endsWith('.md') && !path.startsWith('CONTRIBUTING'))) {
      const text = await readFile(join(home, 'node_modules/resumark', page), 'utf8');
      for (const [, link = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/gu))
        expect(files).toContain(join(dirname(page), link));
    }
  });

  it('runs with its optional dependency', async () => {
    const home = await install('whole', { hasOptional: true });
    const { status, stdout } = run(home, 'run', ...QUICK);
    expect(stdout).toContain('engine wire');
    expect(status).toBe(0);
  });

  it('runs without it on engine node, and says why', async () => {
    const home = await install('bare', { hasOptional: false });
    expect(run(home, '--version')).toMatchObject({ status: 0, stderr: '' });
    const { status, stdout, stderr } = run(home, 'run', ...QUICK);
    expect(stdout).toContain('engine node');
    expect(stderr).toContain('since the optional dependency koffi is not installed (npm install koffi).');
    expect(status).toBe(0);
    expect(run(home, 'run', ...QUICK, '--engine', 'wire')).toMatchObject({ status: 2, stdout: '' });
  });
});
