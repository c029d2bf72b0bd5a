import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProgram, type RunningProgram } from '../../src/target/program/program.ts';
import { OcspAuthority } from '../servers/ocsp-authority.ts';
import type { Peer } from '../servers/peer.ts';
import { findProgram } from '../servers/require-program.ts';
import { startSServer } from '../servers/s-server.ts';
import { faultsIn, probeServers, spoken } from './probed.ts';

const program = findProgram('openssl', 'openssl');

describe.skipIf(program === undefined)('a server that staples what a responder on loopback answers (Debian: openssl)', () => {
  let folder: string;
  let responder: RunningProgram;
  const fileOf = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resumark-ocsp-'));
    await new OcspAuthority(folder, program ?? '').make();
    const signer = ['-rsigner', fileOf('ca.pem'), '-rkey', fileOf('ca.key')];
    const answers = ['-index', fileOf('index.txt'), '-CA', fileOf('ca.pem'), ...signer, '-ndays', '1'];
    responder = await startProgram({
      command: [program ?? '', 'ocsp', '-port', '{{port}}', ...answers],
      // It serves one connection at a time, and would wait for the request of one that only looks whether it listens.
      isReady: async (started) =>
        (await readFile(join(started.folder, 'output'), 'utf8')).includes('waiting for OCSP client connections'),
    });
  });
  afterAll(async () => {
    await responder.close();
    await rm(folder, { recursive: true });
  });

  /** The server of openssl asks the responder anew for every connection. */
  const startServer = (name: string): Promise<Peer> => {
    const own = ['-cert', fileOf(`${name}.pem`), '-key', fileOf(`${name}.key`), '-cert_chain', fileOf('ca.pem')];
    const url = `http://127.0.0.1:${String(responder.port)}/`;
    return startSServer(program ?? '', {
      args: [...own, '-CAfile', fileOf('ca.pem'), '-status_url', url, '-status_timeout', '5'],
    });
  };

  it.each([
    { name: 'good', faults: [] },
    { name: 'revoked', faults: ['staple 0'] },
  ])('is judged $name in both protocols', async ({ name, faults }) => {
    const server = await startServer(name);
    try {
      const record = await probeServers([server], { tries: 1 });
      const [old, modern] = [spoken(record.addresses[0], 'TLSv1.2'), spoken(record.addresses[0], 'TLSv1.3')];
      expect([old.staple.status, modern.staple.status]).toEqual([name, name]);
      expect((modern.staple.nextUpdateUnixMs ?? 0) - (modern.staple.thisUpdateUnixMs ?? 0)).toBeCloseTo(24 * 3600 * 1000, -4);
      expect(modern.chain.map(({ subject }) => subject)).toEqual([`CN=${name}`, 'O=Ünïcode, CN=authority']);
      expect(faultsIn(record).filter((fault) => fault.startsWith('staple'))).toEqual(faults);
    } finally {
      await server.close();
    }
  });
});
