import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMachineLimits } from '../src/cpu/machine.ts';
import { costOf } from './simulation/cost.ts';
import { record } from './simulation/recording.ts';
import { simulate } from './simulation/simulate.ts';

/**
 * The cost of a window to its coordinator and to Redis, by the number of agents. Coordinator and Redis are real; agents answer with
 * reports that one of them recorded of a real load. Written as JSON, which stands in results/reference/thousand-agents.json.
 *
 * Run with `npm run bench:thousand-agents`, or with other numbers: `npm run bench:thousand-agents -- 16 2000`.
 */
const AGENTS = [16, 100, 1000];

const WINDOWS = 5;

const WINDOW_MS = 1000;

/** Two for signs of life and orders, two for tasks. */
const CONNECTIONS_OF_AGENT = 4;

/** Redis' own, and those of the coordinator. */
const OTHER_FILES = 100;

const sizes = process.argv.slice(2).map(Number);
const wanted = sizes.length === 0 ? AGENTS : sizes;
if (!wanted.every((size) => Number.isInteger(size) && size > 0)) throw new Error('numbers of agents are whole and above 0');

const files = Math.max(...wanted) * CONNECTIONS_OF_AGENT + OTHER_FILES;
const limit = readMachineLimits().files ?? Number.POSITIVE_INFINITY;
if (limit < files) {
  process.stderr.write(
    `${String(Math.max(...wanted))} agents need ${String(files)} open files in Redis, and the limit is ${String(limit)}. ` +
      `Raise it with ulimit -n ${String(files)}, or simulate fewer: npm run bench:thousand-agents -- 100.\n`,
  );
  process.exit(2);
}

const folder = await mkdtemp(join(tmpdir(), 'resumark-simulation-'));
try {
  const recording = await record();
  const file = join(folder, 'recording.json');
  await writeFile(file, JSON.stringify(recording));
  const runs = [];
  for (const agents of wanted) {
    const cost = costOf(await simulate({ agents, windows: WINDOWS, windowMs: WINDOW_MS }, file));
    process.stderr.write(`${JSON.stringify(cost)}\n`);
    runs.push(cost);
  }
  const [cpu] = cpus();
  const machine = `${cpu?.model ?? 'unknown'}, ${String(cpus().length)} cores, Node ${process.versions.node}`;
  const report = { bytes: JSON.stringify(recording).length, workers: recording.workers.length };
  process.stdout.write(`${JSON.stringify({ machine, report, runs }, undefined, 2)}\n`);
} finally {
  await rm(folder, { recursive: true });
}
