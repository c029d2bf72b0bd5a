import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isServing, nginxCommand, streamModuleLine } from '../../src/target/servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';
import { readAtRest } from '../servers/read-at-rest.ts';
import { startServerProgram } from '../servers/server-program.ts';
import { faultsIn, probeServers } from './probed.ts';

const program = findProgram('nginx', 'nginx-light libnginx-mod-stream');

/** The group of each address: three that share a key, and one address alone. */
const GROUP_OF = (index: number): string => {
  if (index === 77) return 'alone';
  return index % 16 === 3 ? 'small' : index < 200 ? 'large' : 'other';
};

const ADDRESSES = Array.from({ length: 256 }, (_, index) => ({ address: `127.0.77.${String(index)}`, group: GROUP_OF(index) }));

const GROUPS = [...new Set(ADDRESSES.map(({ group }) => group))];

/** The largest first. */
const SIZES = GROUPS.map((group) => ADDRESSES.filter((each) => each.group === group).length).toSorted((a, b) => b - a);

const serverOf = (group: string): string => `  server {
${ADDRESSES.filter((each) => each.group === group)
  .map(({ address }) => `    listen ${address}:{{port}} ssl;`)
  .join('\n')}
    ssl_certificate certificate.pem; ssl_certificate_key key.pem;
    ssl_session_ticket_key ${group}.key; ssl_session_cache off;
    return ok;
  }`;

const CONFIGURATION = `${streamModuleLine()}
daemon off; pid {{folder}}/pid; worker_processes 1;
error_log stderr error;
events { worker_connections 1024; }
stream {
  log_format each '$server_addr $ssl_session_reused';
  access_log {{folder}}/access.log each;
${GROUPS.map(serverOf).join('\n')}
  server { listen 127.0.0.1:{{port}}; return ready; }
}
`;

/** Any 80 bytes are a ticket key. */
const keyFiles = Object.fromEntries(GROUPS.map((group) => [`${group}.key`, randomBytes(40).toString('hex')]));

it.skipIf(program === undefined)(
  'maps 256 addresses by the names of their ticket keys, with few connections by the log of the server (Debian: nginx-light libnginx-mod-stream)',
  async () => {
    const server = await startServerProgram({
      command: nginxCommand(program ?? ''),
      certificate: 'ecdsa-p256',
      files: { 'nginx.conf': CONFIGURATION, ...keyFiles },
      isReady: isServing,
    });
    try {
      const targets = ADDRESSES.map(({ address }) => ({ address, port: server.port }));
      const tries = 10;
      const record = await probeServers(targets, { tries, mapOnly: true, rate: '2k/s' });
      const found = record.map?.groups.map(({ addresses }) => addresses.map((index) => ADDRESSES[index]?.group));
      expect(found?.map((members) => [...new Set(members)])).toEqual([['large'], ['other'], ['small'], ['alone']]);
      expect(found?.map(({ length }) => length)).toEqual(SIZES);
      const shares = SIZES.map((size) => (size / ADDRESSES.length) ** 2);
      expect(record.map?.predicted?.share).toBeCloseTo(
        shares.reduce((sum, share) => sum + share, 0),
        6,
      );
      expect(faultsIn(record)).toHaveLength(1);
      const log = (await readAtRest(join(server.folder, 'access.log'))).trim().split('\n');
      const connections = log.filter((line) => line.startsWith('127.0.77.')).length;
      expect(connections).toBe(record.connections);
      expect(connections).toBeLessThanOrEqual(2 * ADDRESSES.length * tries);
    } finally {
      await server.close();
    }
  },
);
