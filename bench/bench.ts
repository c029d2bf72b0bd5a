import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { canKeepAwake } from './awake.ts';
import { benchHandshakes } from './handshakes.ts';
import { benchMemory } from './memory.ts';
import { readOptions, type BenchOptions, type Part } from './options.ts';
import type { BenchServers } from './server.ts';
import { benchServers } from './servers.ts';
import { benchSoak } from './soak.ts';
import { closeServers, startServers } from './start-servers.ts';
import { benchWaiting } from './waiting.ts';
import { benchWire } from './wire.ts';
import { benchWorkers } from './workers.ts';

/**
 * Engines and the tools of this machine side by side, in one run. Prints Markdown on stdout.
 *
 * Run with `npm run bench`; `npm run bench -- --help` tells the options.
 */
const SECTIONS: Readonly<Record<Part, (options: BenchOptions, servers: BenchServers) => Promise<string>>> = {
  handshakes: benchHandshakes,
  waiting: benchWaiting,
  workers: benchWorkers,
  memory: benchMemory,
  wire: benchWire,
  servers: benchServers,
  soak: benchSoak,
};

const main = async (): Promise<void> => {
  const wanted = readOptions(process.argv.slice(2));
  if (wanted === undefined) return;
  const options = { ...wanted, keepsAwake: wanted.keepsAwake && (await canKeepAwake()) };
  const folder = await mkdtemp(join(tmpdir(), 'resumark-bench-'));
  const servers = await startServers(folder);
  try {
    const sections: string[] = [];
    const add = (section: string): void => {
      sections.push(section);
      // At once: what a long bench has measured is not lost when it is interrupted.
      process.stdout.write(`${section}\n`);
    };
    add(machineText(servers, options));
    for (const part of options.parts) add(await SECTIONS[part](options, servers));
    if (options.output !== undefined) await writeFile(options.output, sections.join('\n'));
  } finally {
    await closeServers(servers);
    await rm(folder, { recursive: true });
  }
};

/** What the numbers depend on. */
const machineText = ({ perCore }: BenchServers, { repeats, seconds, concurrency }: BenchOptions): string => `# Bench

${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${String(cpus().length)} cores · Node ${process.versions.node} with OpenSSL ${process.versions.openssl} · ${perCore.name}, a worker per core where it does not say one · medians of ${String(repeats)} x ${String(seconds)} s, ${String(concurrency)} in flight, one client thread · ECDSA P-256, AES-128-GCM-SHA256, X25519

Client CPU is user and system time of the whole client, per handshake; an engine has warmed up before, a tool is counted from its start.
Idle cores may halt, where it does not say that they are kept awake.
"What it did" is an engine's proof, and of a tool what the server logged.
`;

await main();
