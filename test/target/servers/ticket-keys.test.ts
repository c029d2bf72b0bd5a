import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { FleetSettings } from '../../../src/scenario/fleet-schema.ts';
import type { Endpoint } from '../../../src/target/endpoints.ts';
import { openProgramFleet } from '../../../src/target/fleet/program-fleet.ts';
import { TICKET_KEY_BYTES } from '../../../src/target/reference/ticket-key.ts';
import type { TicketKeys } from '../../../src/target/servers/recipe.ts';
import { certificateSeries } from '../../../src/target/servers/certificate-series.ts';
import { openServerProgram, type ServerProgram } from '../../../src/target/servers/server-program.ts';
import { findProgram } from '../../servers/require-program.ts';
import { SClient } from '../reference/s-client.ts';

const openssl = findProgram('openssl', 'openssl');

const MAKES = [
  { program: 'nginx', package: 'nginx-light libnginx-mod-stream', keepsKeys: true },
  { program: 'haproxy', package: 'haproxy', keepsKeys: true },
  { program: 'apache2', package: 'apache2', keepsKeys: false },
] as const;

const VERSIONS = ['-tls1_2', '-tls1_3'] as const;

const client = new SClient(openssl ?? '');
const opened: ServerProgram[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});
afterAll(() => client.close());

const settingsOf = (program: string) =>
  ({ program, keyType: 'ecdsa-p256', resumption: ['tickets'], own: undefined, hasRequests: false, isRenewed: false }) as const;

const openFleet = async (program: string, ticketKeys: FleetSettings['ticketKeys']): Promise<ServerProgram> => {
  const fleet = await openProgramFleet(settingsOf(program), { nodes: 2, balance: 'round-robin', ticketKeys });
  opened.push(fleet);
  return fleet;
};

/** What s_client says of a handshake with one of the servers: that it was new, or that the session in the file was reused. */
const shake = async ({ ca = '' }: ServerProgram, at: Endpoint, ...args: string[]): Promise<string> =>
  client.run({ ...at, certificate: ca }, ...args);

const outcomeOf = (said: string): string => /^(New|Reused), TLSv1/mu.exec(said)?.[1] ?? said;

/** The name of the key, with which a ticket of these servers begins (RFC 5077, section 4), in hex. */
const keyNameIn = (said: string): string | undefined =>
  /TLS session ticket:\n\s+0000 - ((?:[\da-f]{2}[ -]){16})/u.exec(said)?.[1]?.replaceAll(/[ -]/gu, '');

describe.skipIf(openssl === undefined)('by the word of openssl s_client', () => {
  for (const { program, package: debian, keepsKeys } of MAKES) {
    describe.skipIf(findProgram(program, debian) === undefined)(`${program} (Debian: ${debian})`, () => {
      it('resumes a session of another node where they share a key, and nowhere else', async () => {
        for (const [ticketKeys, expected] of [
          ['shared', 'Reused'],
          [['a', 'a'], 'Reused'],
          [['a', 'b'], 'New'],
          ['own', 'New'],
        ] as const) {
          const fleet = await openFleet(program, typeof ticketKeys === 'string' ? ticketKeys : [...ticketKeys]);
          const [first, second] = fleet.fleet?.nodes ?? [];
          if (first === undefined || second === undefined) throw new Error('it has two nodes');
          for (const version of VERSIONS) {
            const session = await client.path(`${program}${version}.pem`);
            await shake(fleet, first, version, '-sess_out', session);
            const outcomes = [];
            for (const node of [first, second]) outcomes.push(outcomeOf(await shake(fleet, node, version, '-sess_in', session)));
            expect({ ticketKeys, version, outcomes }).toEqual({ ticketKeys, version, outcomes: ['Reused', expected] });
          }
        }
      });

      it('has no balancer where there is one', async () => {
        const server = await openProgramFleet(settingsOf(program), { nodes: 1, balance: 'round-robin', ticketKeys: 'shared' });
        opened.push(server);
        expect(server.fleet).toBeUndefined();
        expect(server.name).toMatch(/^[A-Za-z]+ \d/u);
      });

      it(`makes tickets with the newest of its keys${keepsKeys ? ', and takes those of earlier ones' : ' alone'}`, async () => {
        const certificates = await certificateSeries(settingsOf(program));
        const [newest, older, oldest] = [
          randomBytes(TICKET_KEY_BYTES),
          randomBytes(TICKET_KEY_BYTES),
          randomBytes(TICKET_KEY_BYTES),
        ];
        const open = async (...ticketKeys: TicketKeys): Promise<ServerProgram> => {
          const server = await openServerProgram({ ...settingsOf(program), certificates, ticketKeys });
          opened.push(server);
          return server;
        };
        const server = await open(newest, older, oldest);
        expect(keyNameIn(await shake(server, server, '-tls1_2'))).toBe(newest.toString('hex', 0, 16));
        for (const key of [older, oldest]) {
          const before = await open(key);
          const session = await client.path(`${program}-before.pem`);
          await shake(before, before, '-tls1_2', '-sess_out', session);
          expect(outcomeOf(await shake(server, server, '-tls1_2', '-sess_in', session))).toBe(keepsKeys ? 'Reused' : 'New');
        }
      });
    });
  }
});
