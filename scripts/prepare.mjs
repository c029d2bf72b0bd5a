// Makes a checkout ready to run: installs what is missing or stale, builds what has changed, and does nothing when all is fresh.
// It runs before anything is installed, so it has no dependencies and is plain JavaScript.
// `prepare.mjs install` and `prepare.mjs build` do one of the two.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const INSTALL_STAMP = join(ROOT, 'node_modules', '.resumark-stamp');
const BUILD_STAMP = join(ROOT, 'dist', '.stamp');

const requireNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`resumark needs Node 20.19 or newer, but this is ${process.versions.node}.`);
};

const install = () => {
  const hash = hashOf([join(ROOT, 'package-lock.json')]);
  if (read(INSTALL_STAMP) === hash) return;
  say('installing packages (npm ci)');
  // No package needs its install script: koffi brings its binary in a package of its own.
  npm('ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
  writeFileSync(INSTALL_STAMP, hash);
};

const build = () => {
  const configs = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(ROOT, name));
  const hash = hashOf([...filesBelow(join(ROOT, 'src')), ...configs]);
  if (read(BUILD_STAMP) === hash) return;
  say('building (tsc)');
  // A file that was removed from src must not live on in dist.
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(ROOT, 'tsconfig.build.json')]);
  // npm makes a program executable where it links it for the first time, and npx does not link what it knows.
  chmodSync(join(ROOT, 'dist', 'bin.js'), 0o755);
  writeFileSync(BUILD_STAMP, hash);
};

/** npm starts scripts with its own path in the environment; started by hand, the one on PATH serves. */
const npm = (...args) => {
  const own = process.env.npm_execpath;
  if (own !== undefined && /npm-cli\.[cm]?js$/u.test(own)) run(process.execPath, [own, ...args]);
  else run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
};

const run = (command, args) => {
  // stdout belongs to the command that is prepared for.
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`${args.slice(0, 2).join(' ')} failed${error === undefined ? '' : `: ${error.message}`}.`);
};

const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

const hashOf = (files) => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
};

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

const say = (text) => process.stderr.write(`prepare: ${text}\n`);

const fail = (text) => {
  say(text);
  process.exit(1);
};

const [, , only] = process.argv;
requireNode();
if (only !== 'build') install();
if (only !== 'install') build();
