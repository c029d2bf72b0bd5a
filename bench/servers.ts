import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case } from './case.ts';
import { baseScenario, runEngine, usageOf, warmed, type Usage } from './engines.ts';
import { inTurns } from './in-turns.ts';
import { judged, markdownTable, us } from './markdown.ts';
import type { BenchOptions } from './options.ts';
import type { BenchServer, BenchServers } from './server.ts';
import { startReference } from './start-servers.ts';

/** The most that a handshake may cost the reference server of what it costs nginx. */
const MOST = 1.5;

/** The suites that nginx is pinned to; the reference server would prefer others. */
const CIPHERS = 'TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256';

/** What a handshake costs the reference server, held against nginx with one worker under the same client. */
export const benchServers = async (options: BenchOptions, { single }: BenchServers): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'resumark-bench-'));
  const libssl = await startReference(folder, 'libssl.pem');
  const node = await startReference(folder, 'node.pem', { onNodeTls: true });
  try {
    const rows: string[][] = [];
    for (const what of options.cases) {
      const usages = await inTurns(options, {
        nginx: () => measure(single, what, options),
        libssl: () => measure(libssl, what, options),
        node: () => measure(node, what, options),
      });
      rows.push(row(what, usages));
    }
    const header = ['case', single.name, libssl.name, 'ratio', 'wanted', node.name, 'ratio'];
    return `## Server CPU of the reference server\n\n${markdownTable(header, rows)}`;
  } finally {
    await Promise.all([libssl.close(), node.close()]);
    await rm(folder, { recursive: true });
  }
};

const measure = async (server: BenchServer, what: Case, { seconds, concurrency }: BenchOptions): Promise<Usage> => {
  process.stderr.write(`servers: ${server.name}, ${what.label}\n`);
  const base = baseScenario('openssl', server);
  const report = await runEngine({
    ...base,
    ...warmed(what, seconds),
    tls: { ...base.tls, ciphers: CIPHERS },
    load: { concurrency },
  });
  return usageOf(report);
};

const row = ({ label }: Case, { nginx, libssl, node }: Readonly<Record<'nginx' | 'libssl' | 'node', Usage>>): string[] => {
  const ratio = libssl.serverNs / nginx.serverNs;
  return [
    label,
    us(nginx.serverNs),
    us(libssl.serverNs),
    judged(ratio, ratio <= MOST),
    `at most ${String(MOST)}`,
    us(node.serverNs),
    (node.serverNs / nginx.serverNs).toFixed(2),
  ];
};
