import { afterEach, describe, expect, it } from 'vitest';
import { decodeServer, type RawSettings } from '../../src/scenario/decode.ts';
import { openReferenceFleet, serverSettings } from '../../src/target/fleet/reference-fleet.ts';
import type { OpenTarget } from '../../src/target/open-target.ts';
import { faultsIn, probeServers, resumptions, spoken } from './probed.ts';

const running: OpenTarget[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** Starts reference servers; several stand behind a balancer. */
const serve = async (settings: RawSettings): Promise<OpenTarget> => {
  const decoded = decodeServer(settings);
  const server = await openReferenceFleet(serverSettings(decoded), decoded);
  running.push(server);
  return server;
};

const nodesOf = ({ fleet }: OpenTarget) => fleet?.nodes ?? [];

describe('a probe of reference servers with planted faults', () => {
  it('finds nothing wrong with one as it is, and says what it negotiates', async () => {
    const record = await probeServers([await serve({})], { tries: 3 });
    expect(faultsIn(record)).toEqual([]);
    const [address] = record.addresses;
    expect(resumptions(address, 'TLSv1.2')).toEqual(['ticket 3/3', 'session-id 3/3']);
    expect(resumptions(address, 'TLSv1.3')).toEqual(['psk 3/3']);
    expect(spoken(address, 'TLSv1.3')).toMatchObject({
      cipher: 'TLS_AES_256_GCM_SHA384',
      group: 'X25519',
      forwardSecrecy: true,
      tickets: { count: 2, lifetimeS: 7200, family: 'rfc5077', nameBytes: 16, arrival: 'after-handshake' },
      staple: { status: 'missing' },
    });
    expect(address).toMatchObject({ unreachable: null, legacy: { 'TLSv1.0': 'refused', 'TLSv1.1': 'refused' } });
  });

  it('says that tickets are honoured once only', async () => {
    const record = await probeServers([await serve({ singleUse: true })], { tries: 3 });
    expect(record.findings.map(({ code }) => code)).toContain('single-use');
    expect(spoken(record.addresses[0], 'TLSv1.3').resumption[0]).toMatchObject({ honoured: 3, tries: 3, reused: 'declined' });
  });

  it('says that tickets are handed out and never honoured', async () => {
    const record = await probeServers([await serve({ resumption: 'tickets', faults: { ignoreTickets: true } })], { tries: 5 });
    expect(faultsIn(record)).toEqual(
      expect.arrayContaining(['tickets-never-honoured 0 TLSv1.2', 'tickets-never-honoured 0 TLSv1.3']),
    );
  });

  it('finds a share of bad tickets with as many tries as it takes', async () => {
    const server = await serve({ resumption: 'tickets', faults: { strangeTickets: '2%' } });
    const record = await probeServers([server], { tries: 700, protocols: ['1.3'], rate: '2k/s' });
    const [psk] = spoken(record.addresses[0], 'TLSv1.3').resumption;
    // Of 700 tickets 14 are bad: none is with a chance of one in a million, and so are more than 36.
    expect(psk?.honoured).toBeGreaterThanOrEqual(664);
    expect(psk?.honoured).toBeLessThan(700);
    expect(faultsIn(record)).toEqual(['some-tickets-declined 0 TLSv1.3']);
  });

  it('waits for a ticket that comes only after the first request', async () => {
    const record = await probeServers([await serve({ faults: { ticketsAfterData: true } })], {
      tries: 2,
      ticketTimeout: '200ms',
    });
    expect(spoken(record.addresses[0], 'TLSv1.3').tickets.arrival).toBe('after-request');
    expect(resumptions(record.addresses[0], 'TLSv1.3')).toEqual(['psk 2/2']);
  });

  it.each([
    { ocsp: 'good', status: 'good', faults: [] },
    { ocsp: 'stale', status: 'stale', faults: ['staple 0'] },
    { ocsp: 'missing', status: 'missing', faults: ['staple 0'] },
  ])('judges a staple that is $ocsp', async ({ ocsp, status, faults }) => {
    const record = await probeServers([await serve({ ocsp, chainLength: '1' })], { tries: 1 });
    for (const protocol of ['TLSv1.2', 'TLSv1.3'] as const) {
      expect(spoken(record.addresses[0], protocol).staple).toMatchObject({ status, required: ocsp === 'missing' });
    }
    expect(faultsIn(record).map((fault) => fault.replace(/ TLSv.*/u, ''))).toEqual(faults);
  });

  it('accepts early data where it is offered, and says how much', async () => {
    const record = await probeServers([await serve({ earlyData: true })], { tries: 2, protocols: ['1.3'] });
    expect(spoken(record.addresses[0], 'TLSv1.3').earlyData).toEqual({ maxBytes: 16_384, accepted: true });
  });

  it('tells a balancer over two servers of their own keys from a fleet that shares one', async () => {
    const own = await serve({ nodes: '2', ticketKeys: 'own' });
    const record = await probeServers([own], { tries: 40, protocols: ['1.3'] });
    const [psk] = spoken(record.addresses[0], 'TLSv1.3').resumption;
    // By turns: a session that was primed by one server is offered to the other.
    expect(spoken(record.addresses[0], 'TLSv1.3').tickets.keyNames).toHaveLength(2);
    expect(psk?.honoured).toBeLessThan(40);
    expect(faultsIn(record)).toEqual(['behind-a-balancer 0 TLSv1.3']);
    const shared = await probeServers([await serve({ nodes: '2', ticketKeys: 'shared' })], { tries: 10, protocols: ['1.3'] });
    expect(faultsIn(shared)).toEqual([]);
  });

  it('predicts the share behind a balancer, and measures it', async () => {
    const fleet = await serve({ nodes: '4', ticketKeys: ['a', 'a', 'a', 'b'] });
    const balanced = `127.0.0.1:${String(fleet.port)}`;
    const record = await probeServers(nodesOf(fleet), { balanced, protocols: ['1.3'] });
    expect(record.map?.predicted?.share).toBeCloseTo(10 / 16, 6);
    const { tries, honoured } = record.map?.balanced ?? {};
    expect(tries).toBe(50);
    // Five deviations of a binomial count: missed by chance once in a million.
    expect(Math.abs((honoured ?? 0) - 50 * (10 / 16))).toBeLessThan(5 * Math.sqrt(50 * (10 / 16) * (6 / 16)));
    expect(faultsIn(record)).toContain('keys-not-shared 3 TLSv1.3');
  });

  it('sees a key that is rotated while it looks, with grace and without', async () => {
    const rotating = async (ticketRotation: RawSettings) => {
      const server = await serve({ resumption: 'tickets', ticketRotation });
      return probeServers([server], { tries: 150, protocols: ['1.3'], rate: '300/s' });
    };
    // 300 handshakes take a second or more, and a ticket is offered within 32 of them.
    const graceful = await rotating({ every: '200ms', keep: '20' });
    const graceless = await rotating({ every: '100ms', keep: '0' });
    expect(spoken(graceful.addresses[0], 'TLSv1.3').tickets.keyNames.length).toBeGreaterThan(3);
    expect(resumptions(graceful.addresses[0], 'TLSv1.3')).toEqual(['psk 150/150']);
    expect(faultsIn(graceful)).toEqual([]);
    expect(spoken(graceless.addresses[0], 'TLSv1.3').resumption[0]?.honoured).toBeLessThan(150);
    expect(faultsIn(graceless)).toEqual(['key-rotated 0 TLSv1.3']);
  });
});
