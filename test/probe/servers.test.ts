import { afterEach, describe, expect, it } from 'vitest';
import { openProgramFleet } from '../../src/target/fleet/program-fleet.ts';
import type { OpenTarget } from '../../src/target/open-target.ts';
import type { FleetSettings } from '../../src/scenario/fleet-schema.ts';
import { startCaddy } from '../servers/caddy.ts';
import { startGnutls } from '../servers/gnutls.ts';
import { startHaproxy } from '../servers/haproxy.ts';
import { startJsse } from '../servers/jsse.ts';
import type { Peer } from '../servers/peer.ts';
import { findProgram } from '../servers/require-program.ts';
import { faultsIn, probeServers, resumptions, spoken } from './probed.ts';

const running: { readonly close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const kept = async <Server extends Peer | OpenTarget>(starting: Promise<Server>): Promise<Server> => {
  const server = await starting;
  running.push(server);
  return server;
};

/** Several of a program, each of which can be reached by itself. */
const fleetOf = async (program: string, ticketKeys: FleetSettings['ticketKeys'], nodes = 3) => {
  const settings = {
    program,
    keyType: 'ecdsa-p256',
    resumption: undefined,
    own: undefined,
    hasRequests: false,
    isRenewed: false,
  } as const;
  const { fleet } = await kept(openProgramFleet(settings, { nodes, balance: 'round-robin', ticketKeys }));
  return fleet?.nodes ?? [];
};

const haproxy = findProgram('haproxy', 'haproxy');
const apache = findProgram('apache2', 'apache2');
const gnutls = findProgram('gnutls-serv', 'gnutls-bin');
const caddy = findProgram('caddy', 'caddy');
const java = findProgram('java', 'default-jdk-headless');

describe.each([
  { name: 'haproxy', program: haproxy },
  { name: 'apache', program: apache },
])('a probe of three $name (Debian: haproxy, apache2)', ({ name, program }) => {
  it.skipIf(program === undefined)('maps which of them share the file of ticket keys', async () => {
    const record = await probeServers(await fleetOf(name, ['a', 'b', 'a']), { tries: 5 });
    expect(record.map?.groups.map(({ addresses }) => addresses)).toEqual([[0, 2], [1]]);
    expect(faultsIn(record).filter((fault) => !fault.startsWith('keys-not-shared'))).toEqual([]);
    expect(faultsIn(record)).toHaveLength(1);
    for (const address of record.addresses) {
      expect(spoken(address, 'TLSv1.2').tickets).toMatchObject({ family: 'rfc5077', nameBytes: 16 });
      expect(spoken(address, 'TLSv1.3').tickets.keyNames).toHaveLength(1);
    }
  });

  it.skipIf(program === undefined)('finds nothing wrong where all do', async () => {
    const record = await probeServers(await fleetOf(name, 'shared', 2), { tries: 5 });
    expect(faultsIn(record)).toEqual([]);
    expect(record.map?.predicted?.share).toBe(1);
  });
});

it.skipIf(haproxy === undefined)(
  'HAProxy without tickets resumes from its cache, as its log says (Debian: haproxy)',
  async () => {
    const server = await startHaproxy(haproxy ?? '', { tickets: false, waits: true });
    running.push(server);
    const record = await probeServers([server], { tries: 4 });
    expect(resumptions(record.addresses[0], 'TLSv1.2')).toEqual(['ticket 0/0', 'session-id 4/4']);
    expect(resumptions(record.addresses[0], 'TLSv1.3')).toEqual(['psk-stateful 4/4']);
    expect(faultsIn(record)).toEqual([]);
  },
);

it.skipIf(gnutls === undefined)('tells the layout of GnuTLS, and that it resumes (Debian: gnutls-bin)', async () => {
  const server = await kept(startGnutls(gnutls ?? ''));
  const record = await probeServers([server], { tries: 4 });
  const [address] = record.addresses;
  expect(spoken(address, 'TLSv1.3').tickets).toMatchObject({ family: 'gnutls', nameBytes: 16 });
  expect(spoken(address, 'TLSv1.3').clientCertificate).not.toBeNull();
  const word = await server.word?.();
  const honoured = record.addresses.flatMap(({ protocols }) =>
    protocols.flatMap((each) => (each.state === 'negotiated' ? each.resumption : [])),
  );
  // By its own word it resumed what was honoured, and once more each what had been resumed before.
  const again = honoured.filter(({ reused }) => reused === 'honoured').length;
  expect(word?.resumed).toBe(honoured.reduce((sum, { honoured: own }) => sum + own, again));
});

it.skipIf(caddy === undefined)('resumes with Caddy by tickets alone (Debian: caddy)', async () => {
  const server = await kept(startCaddy(caddy ?? ''));
  const record = await probeServers([server], { tries: 4, tls: { insecure: true, servername: 'localhost' } });
  expect(resumptions(record.addresses[0], 'TLSv1.2')).toEqual(['ticket 4/4', 'session-id 0/0']);
  expect(resumptions(record.addresses[0], 'TLSv1.3')).toEqual(['psk 4/4']);
  // Debian's Caddy is of a Go before 1.21.
  expect(faultsIn(record)).toEqual(['no-extended-master-secret 0 TLSv1.2']);
});

it.skipIf(java === undefined)('tells the layout of Java (Debian: default-jdk-headless)', async () => {
  const server = await kept(startJsse(java ?? ''));
  const record = await probeServers([server], { tries: 4 });
  expect(spoken(record.addresses[0], 'TLSv1.3').tickets).toMatchObject({ family: 'jsse', nameBytes: 4 });
  expect(resumptions(record.addresses[0], 'TLSv1.3')).toEqual(['psk 4/4']);
});

it.skipIf(java === undefined)(
  'counts the rotations of Java, which numbers its ticket keys (Debian: default-jdk-headless)',
  async () => {
    const server = await kept(startJsse(java ?? '', { keyTimeoutS: 1 }));
    const record = await probeServers([server], { tries: 60, rate: '40/s', protocols: ['1.3'] });
    const { keyRotations, keyNames } = spoken(record.addresses[0], 'TLSv1.3').tickets;
    // 120 handshakes take three seconds or more. A key is replaced by the first ticket after its second.
    expect(keyRotations).toBeGreaterThanOrEqual(2);
    expect(keyRotations).toBeLessThanOrEqual(record.durationMs / 1000);
    expect(keyNames).toHaveLength((keyRotations ?? 0) + 1);
    expect(resumptions(record.addresses[0], 'TLSv1.3')).toEqual(['psk 60/60']);
  },
);
