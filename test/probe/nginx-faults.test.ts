import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startNginx, type Nginx, type NginxOptions } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';
import { certificateMaker, makeCertificate } from '../../src/target/certificate.ts';
import { faultsIn, probeServers, resumptions, spoken } from './probed.ts';

const program = findProgram('nginx', 'nginx-light libnginx-mod-stream');

let folder: string;
const keys = new Map<string, string>();
const running: Nginx[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resumark-probe-'));
  for (const name of ['a', 'b']) {
    const path = join(folder, `${name}.key`);
    await writeFile(path, randomBytes(80));
    keys.set(name, path);
  }
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((nginx) => nginx.close()));
});
afterAll(() => rm(folder, { recursive: true }));

const keyFile = (name: string): string => keys.get(name) ?? '';

/** Starts an nginx for each of several options. */
const fleet = async (...options: readonly NginxOptions[]): Promise<readonly Nginx[]> => {
  const certificate = await makeCertificate('ecdsa-p256');
  const started = await Promise.all(options.map((each) => startNginx(program ?? '', { certificate, ...each })));
  running.push(...started);
  return started;
};

const TICKETS: NginxOptions = { cache: 'off', tickets: true };

describe.skipIf(program === undefined)('a probe of real nginx (Debian: nginx-light libnginx-mod-stream)', () => {
  it('finds nothing wrong with one that resumes in every way, and its log agrees', async () => {
    const servers = await fleet({ cache: 'shared', tickets: true });
    const record = await probeServers(servers, { tries: 5 });
    expect(faultsIn(record)).toEqual([]);
    expect(resumptions(record.addresses[0], 'TLSv1.2')).toEqual(['ticket 5/5', 'session-id 5/5']);
    expect(resumptions(record.addresses[0], 'TLSv1.3')).toEqual(['psk 5/5']);
    // Of each mechanism so many tries and one more of a session that had been used.
    expect(await servers[0]?.log()).toMatchObject({ 'TLSv1.2': { resumed: 12 }, 'TLSv1.3': { resumed: 6 } });
  });

  it.each([
    {
      name: 'a cache without tickets',
      options: { cache: 'shared', tickets: false },
      old: ['ticket 0/0', 'session-id 5/5'],
      psk: ['psk-stateful 5/5'],
      faults: [],
    },
    {
      name: 'tickets without a cache',
      options: { cache: 'off', tickets: true },
      old: ['ticket 5/5', 'session-id 0/0'],
      psk: ['psk 5/5'],
      faults: [],
    },
    {
      name: 'neither, where TLS 1.3 tickets come and none is honoured',
      options: { cache: 'off', tickets: false },
      old: ['ticket 0/0', 'session-id 0/0'],
      psk: ['psk-stateful 0/5'],
      faults: ['tickets-never-honoured 0 TLSv1.3', 'no-resumption 0 TLSv1.2'],
    },
    {
      name: 'ssl_session_cache none, where an ID is assigned and none is honoured',
      options: { cache: 'none', tickets: false },
      old: ['ticket 0/0', 'session-id 0/5'],
      psk: ['psk-stateful 0/5'],
      faults: ['session-ids-never-honoured 0 TLSv1.2', 'tickets-never-honoured 0 TLSv1.3'],
    },
  ] as const)('agrees with the truth table: $name', async ({ options, old, psk, faults }) => {
    const record = await probeServers(await fleet(options), { tries: 5 });
    expect(resumptions(record.addresses[0], 'TLSv1.2')).toEqual(old);
    expect(resumptions(record.addresses[0], 'TLSv1.3')).toEqual(psk);
    expect(faultsIn(record).toSorted()).toEqual([...faults].toSorted());
  });

  it('counts tickets that are never honoured among those that a balancer gets', async () => {
    const record = await probeServers(await fleet(TICKETS, { cache: 'off', tickets: false }), { protocols: ['1.3'] });
    // Of both nodes come tickets, and a quarter of all comes from the first and back to it.
    expect(record.map?.predicted?.share).toBeCloseTo(1 / 4, 6);
  });

  it('names the two of five whose ticket keys are not shared', async () => {
    const [shared, other, own] = [
      { ...TICKETS, ticketKeys: [keyFile('a')] },
      { ...TICKETS, ticketKeys: [keyFile('b')] },
      TICKETS,
    ];
    const record = await probeServers(await fleet(shared, other, shared, own, shared));
    expect(record.map?.groups.map(({ addresses }) => addresses)).toEqual([[0, 2, 4], [1], [3]]);
    expect(faultsIn(record)).toEqual(['keys-not-shared 1,3 TLSv1.3']);
    expect(record.map?.predicted?.share).toBeCloseTo((9 + 1 + 1) / 25, 6);
  });

  it('shows in the map that sessions resume in one direction while a new key has come to one node alone', async () => {
    const old = { ...TICKETS, ticketKeys: [keyFile('a')] };
    const record = await probeServers(await fleet(old, { ...old, ticketKeys: [keyFile('b'), keyFile('a')] }), { tries: 5 });
    const honoured = record.map?.pairs.map(({ from, to, honoured: some }) => ({ from, to, works: some > 0 }));
    expect(honoured?.toSorted((one, other) => one.from - other.from)).toEqual([
      { from: 0, to: 1, works: true },
      { from: 1, to: 0, works: false },
    ]);
    const [finding] = record.findings.filter(({ code }) => code === 'keys-not-shared');
    expect(finding).toMatchObject({ weight: 'problem', evidence: { groups: 2, of: 2, oneWay: 1 } });
  });

  it('says that the key is shared where another certificate declines', async () => {
    const shared = { ...TICKETS, ticketKeys: [keyFile('a')] };
    const renewed = await makeCertificate('ecdsa-p256');
    const record = await probeServers(await fleet(shared, { ...shared, certificate: renewed }, shared));
    expect(faultsIn(record)).toContain('same-key-other-certificate 1 TLSv1.3');
    expect(faultsIn(record)).not.toContain('keys-not-shared 1 TLSv1.3');
    expect(new Set(record.addresses.flatMap((each) => spoken(each, 'TLSv1.3').tickets.keyNames)).size).toBe(1);
  });

  it('says that the key is shared where another list of client authorities declines', async () => {
    const shared = { ...TICKETS, ticketKeys: [keyFile('a')] };
    const maker = await certificateMaker('ecdsa-p256', { intermediates: 0, isSelfSigned: true });
    const [one, two] = [await maker.make('one.test'), await maker.make('two.test')];
    const inOrder = { ...shared, clientAuthority: one.certificate + two.certificate };
    const reversed = { ...shared, clientAuthority: two.certificate + one.certificate };
    const record = await probeServers(await fleet(inOrder, reversed, inOrder));
    expect(record.addresses.map((each) => spoken(each, 'TLSv1.3').clientCertificate?.authorities)).toEqual([2, 2, 2]);
    expect(faultsIn(record)).toContain('same-key-other-authorities 1 TLSv1.3');
  });

  it('names the node that is down, and the one that speaks TLS 1.2 only', async () => {
    const shared = { ...TICKETS, ticketKeys: [keyFile('a')] };
    const [one, old, down] = await fleet(shared, { ...shared, directives: ['ssl_protocols TLSv1.2;'] }, shared);
    await down?.close();
    running.pop();
    const record = await probeServers([one, old, down] as Nginx[]);
    expect(faultsIn(record)).toEqual(expect.arrayContaining(['unreachable 2', 'protocol-missing 1 TLSv1.3']));
    expect(record.addresses[2]?.unreachable).toBe('refused');
  });
});
