import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { renderProbe } from '../../src/report/probe/formats.ts';
import { startGnutls } from '../servers/gnutls.ts';
import { startNginx } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';
import { probeServers, spoken } from './probed.ts';

const nginx = findProgram('nginx', 'nginx-light libnginx-mod-stream');
const gnutls = findProgram('gnutls-serv', 'gnutls-bin');

let folder: string;
const running: { readonly port: number; close(): Promise<void> }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resumark-weak-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});
afterAll(() => rm(folder, { recursive: true }));

const weakKeys = async () => {
  const record = await probeServers(running, { tries: 2, weakKeys: true });
  const found = record.findings.flatMap((finding) =>
    finding.code === 'weak-ticket-key'
      ? [`${finding.weight} ${finding.protocol ?? ''} ${Object.values(finding.evidence).join(' ')}`]
      : [],
  );
  return { record, found };
};

describe.skipIf(nginx === undefined)('weak ticket keys of real nginx (Debian: nginx-light libnginx-mod-stream)', () => {
  const withKey = async (bytes: Buffer): Promise<void> => {
    const path = join(folder, 'ticket.key');
    await writeFile(path, bytes);
    running.push(await startNginx(nginx ?? '', { cache: 'off', tickets: true, ticketKeys: [path] }));
  };

  it.each([
    { name: '80 bytes of zero', file: Buffer.alloc(80), evidence: 'zero aes-256-cbc' },
    { name: '48 bytes of zero', file: Buffer.alloc(48), evidence: 'zero aes-128-cbc' },
    { name: '80 bytes that count', file: Buffer.from(Array.from({ length: 80 }, (_, i) => i)), evidence: 'counting aes-256-cbc' },
  ])('are found: $name', async ({ file, evidence }) => {
    await withKey(file);
    const { found } = await weakKeys();
    expect(found.toSorted()).toEqual([`problem TLSv1.2 ${evidence}`, `problem TLSv1.3 ${evidence}`]);
  });

  it('are not found where the key is random, and not looked for unless asked', async () => {
    await withKey(randomBytes(80));
    const { record, found } = await weakKeys();
    expect(found).toEqual([]);
    for (const protocol of ['TLSv1.2', 'TLSv1.3'] as const) {
      expect(spoken(record.addresses[0], protocol).weakKey).toEqual({ keys: 1025, found: null });
    }
    expect(renderProbe(record, 'table')).toMatch(/^weak ticket key +none of 1,025 tried +none of 1,025 tried$/mu);
    const unasked = await probeServers(running, { tries: 1 });
    expect(spoken(unasked.addresses[0], 'TLSv1.3').weakKey).toBeNull();
  });

  it('are never in the record, nor is what they open', async () => {
    await withKey(Buffer.alloc(80, 0x31));
    const { record, found } = await weakKeys();
    expect(found).toHaveLength(2);
    expect(JSON.stringify(record)).not.toContain('31'.repeat(16));
  });
});

it.skipIf(gnutls === undefined)('no weak ticket key is found at GnuTLS (Debian: gnutls-bin)', async () => {
  running.push(await startGnutls(gnutls ?? ''));
  const { record, found } = await weakKeys();
  expect(found).toEqual([]);
  expect(spoken(record.addresses[0], 'TLSv1.2').weakKey).toEqual({ keys: 1025, found: null });
});
