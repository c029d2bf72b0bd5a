import { spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/target/endpoints.ts';
import { accepts, freePort } from '../../src/target/ports.ts';
import { findProgram } from '../servers/require-program.ts';
import { codeBlocks, DOCUMENTS, ROOT, type CodeBlock } from './documents.ts';

/** What makes a command quick. The last of two equal flags counts, so these win over those of the page. */
const QUICK: Readonly<Record<string, string>> = {
  run: '--duration 100ms --rounds 1 --warmup 0 --quiet',
  demo: '--duration 100ms --rounds 1 --warmup 0 --quiet',
  compare: '--pairs 3 --handshakes-per-block 5 --warmup 0 --quiet',
};

/** Gates need rounds, and a storm says itself how long it takes. */
const quickFlags = (line: string): string => {
  const [, command = ''] = /npx resumark (\w+)/u.exec(line) ?? [];
  if (command === 'run' && /--gate|--threshold/u.test(line)) return '--rounds 8 --handshakes-per-block 10 --warmup 0 --quiet';
  if (command === 'run' && line.includes('--load storm')) return '--clients 50 --over 200ms --quiet';
  if (command === 'compare' && line.includes('results/')) return '';
  return QUICK[command] ?? '';
};

/** A busy machine takes ten times as long as a quiet one; what hangs takes longer still. */
const MOST_MS = 180_000;

/** Ports that the pages and scenarios/nginx.conf name; here each is a free one. */
const DOCUMENTED_PORTS = ['8441', '8442', '8443', '8444', '9443'] as const;

const nginx = findProgram('nginx', 'nginx-light');
const openssl = findProgram('openssl', 'openssl');

const DOCUMENTED: readonly CodeBlock[] = DOCUMENTS.flatMap((document) => codeBlocks(document, 'sh')).filter(
  ({ isOnlyParsed }) => !isOnlyParsed,
);

let folder: string;
let ports: ReadonlyMap<string, string>;
const servers: { kill: () => unknown }[] = [];

/** Runs a script as a reader would, in a folder with the scenarios in it. */
const bash = (script: string): Promise<{ readonly code: number | null; readonly output: string }> => {
  const child = start(script);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, output });
    });
  });
};

const start = (script: string) =>
  spawn('bash', ['--noprofile', '--norc', '-c', script], {
    cwd: folder,
    env: { ...process.env, PATH: [folder, process.env['PATH'], dirname(nginx ?? '')].join(delimiter) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const withFreePorts = (text: string): string => text.replaceAll(/\b(?:844[1-4]|9443)\b/gu, (port) => ports.get(port) ?? port);

/** Folders of fresh runs, for the commands that read runs: one of two states, and two of one state. */
const measured = { states: '', before: '', after: '' };

const executable = (line: string): string =>
  withFreePorts(line)
    .replaceAll(/results\/(?:<run>|\d{8}T[\w-]+)/gu, measured.states)
    .replaceAll(/results\/(?<state>[ab])\d?\b/gu, (_, state) => (state === 'a' ? measured.before : measured.after));

const measure = async (label: string, scenario: string): Promise<string> => {
  const { output } = await bash(`npx resumark run ${scenario} ${QUICK['run'] ?? ''}`);
  const found = (await readdir(join(folder, 'results'))).find((name) => name.endsWith(`_${label}`));
  if (found === undefined) throw new Error(`no run folder of ${label}: ${output}`);
  return `results/${found}`;
};

/** Waits until a server that was started accepts connections, for as long as the hook has. */
const untilAccepted = async (endpoint: Endpoint): Promise<void> => {
  while (!(await accepts(endpoint))) await setTimeout(50);
};

describe.skipIf(nginx === undefined || openssl === undefined)('the commands of the pages, on nginx', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resumark-docs-'));
    ports = new Map(await Promise.all(DOCUMENTED_PORTS.map(async (port) => [port, String(await freePort())] as const)));
    await cp(join(ROOT, 'scenarios'), join(folder, 'scenarios'), { recursive: true });
    for (const name of ['nginx.conf', 'nginx.yaml']) {
      const path = join(folder, 'scenarios', name);
      await writeFile(path, withFreePorts(await readFile(path, 'utf8')));
    }
    // In a clone npx finds the package itself; here it is given the program that is being tested.
    await writeFile(join(folder, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(ROOT, 'dist/bin.js')}" "$@"\n`);
    await chmod(join(folder, 'npx'), 0o755);
    expect(await bash('sh scenarios/certificate.sh')).toEqual({ code: 0, output: '' });
    servers.push(
      start('exec nginx -p "$PWD" -c scenarios/nginx.conf'),
      start(withFreePorts('exec npx resumark serve --port 9443')),
    );
    await Promise.all([...ports.values()].map((port) => untilAccepted({ address: '127.0.0.1', port: Number(port) })));
    measured.states = await measure('session-tickets', 'scenarios/session-tickets.yaml --tls 1.3 --mode full,ticket');
    for (const side of ['before', 'after'] as const) {
      measured[side] = await measure(side, `${withFreePorts('localhost:8443')} -k --tls 1.3 --mode full,ticket --label ${side}`);
    }
  }, MOST_MS);

  afterAll(async () => {
    for (const server of servers) server.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const lines = DOCUMENTED.flatMap(({ document, text }) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('npx resumark'))
      .map((line) => ({ document, line: line.replace(/\s+#.*$/u, '') })),
  );
  const distinct = [...new Map(lines.map((one) => [one.line, one])).values()];

  it.each(distinct)(
    '$document: $line',
    async ({ line }) => {
      const { code, output } = await bash(`${executable(line)} ${quickFlags(line)}`);
      // So few handshakes may leave a gate or a comparison undecided (3). 4 is for a mode that this nginx does not offer.
      expect(`${String(code)}\n${output}`).toMatch(/^[03]\n|^4\n.*never honoured/su);
    },
    MOST_MS,
  );
});
