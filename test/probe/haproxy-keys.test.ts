import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { makeCertificate } from '../../src/target/certificate.ts';
import { haproxy } from '../../src/target/servers/haproxy.ts';
import { findProgram } from '../servers/require-program.ts';
import { startServerProgram, type ServerProgram } from '../servers/server-program.ts';
import { faultsIn, probeServers, spoken } from './probed.ts';

const program = findProgram('haproxy', 'haproxy');

const running: ServerProgram[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** Starts an HAProxy for each of several files of ticket keys, the oldest key first. All decrypt, the last but one encrypts. */
const fleet = async (...files: readonly (readonly Buffer[])[]): Promise<readonly ServerProgram[]> => {
  const certificate = await makeCertificate('ecdsa-p256');
  const settings = haproxy.settings(program ?? '', ['tickets'], ['ticket.keys']);
  const started = await Promise.all(
    files.map((keys) => {
      const text = keys.map((key) => `${key.toString('base64')}\n`).join('');
      return startServerProgram({ ...settings, certificate, files: { ...settings.files, 'ticket.keys': text } });
    }),
  );
  running.push(...started);
  return started;
};

it.skipIf(program === undefined)(
  'HAProxy in the middle of a rotation: the names differ, and each node resumes the sessions of the other all the same (Debian: haproxy)',
  async () => {
    const [k0, k1, k2, k3] = [randomBytes(80), randomBytes(80), randomBytes(80), randomBytes(80)];
    const record = await probeServers(await fleet([k0, k1, k2], [k1, k2, k3]), { tries: 5 });
    const names = record.addresses.map((address) => spoken(address, 'TLSv1.3').tickets.keyNames);
    expect(names.map(({ length }) => length)).toEqual([1, 1]);
    expect(names[0]).not.toEqual(names[1]);
    expect(record.map?.groups).toEqual([{ addresses: [0, 1], keyNames: names.flat() }]);
    expect(faultsIn(record)).toEqual([]);
  },
);

it.skipIf(program === undefined)(
  'HAProxy two rotations apart: the newer takes the tickets of the older no more, nor the older those of the newer (Debian: haproxy)',
  async () => {
    const [k0, k1, k2, k3, k4] = [randomBytes(80), randomBytes(80), randomBytes(80), randomBytes(80), randomBytes(80)];
    const record = await probeServers(await fleet([k0, k1, k2], [k2, k3, k4]), { tries: 5 });
    expect(record.map?.groups.map(({ addresses }) => addresses)).toEqual([[0], [1]]);
    expect(faultsIn(record)).toEqual(['keys-not-shared TLSv1.3']);
  },
);
