import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { mostConnections } from '../../src/probe/budget.ts';
import type { ProbeRecord } from '../../src/domain/probe-record.ts';
import { decodeServer } from '../../src/scenario/decode.ts';
import { certificateMaker } from '../../src/target/certificate.ts';
import { openReferenceFleet, serverSettings } from '../../src/target/fleet/reference-fleet.ts';
import { findProgram } from '../servers/require-program.ts';
import { startVirtualHosts, type VirtualHost } from '../servers/nginx-virtual-hosts.ts';
import { faultsIn, probeServers } from './probed.ts';

const program = findProgram('nginx', 'nginx-light');

const running: { readonly port: number; close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const probeNames = (): Promise<ProbeRecord> => probeServers(running, { tries: 1, crossSni: ['a.test', 'b.test'] });

/** Codes of findings across names, and the pairs of each: `problem resumes-across-certificates a>b`. */
const crossings = ({ findings }: ProbeRecord): string[] =>
  findings.flatMap(({ weight, code, protocol, evidence }) =>
    'pairs' in evidence
      ? [`${weight} ${code} ${protocol ?? ''} ${evidence.pairs.map(({ from, to }) => `${nameOf(from)}>${nameOf(to)}`).join(' ')}`]
      : [],
  );

const nameOf = (name: string | null): string => name?.replace('.test', '') ?? '-';

const PROTOCOLS = ['TLSv1.2', 'TLSv1.3'] as const;

/** Pairs that resume, of those that the probe has tried at one address. */
const resumed = ({ crossNames }: ProbeRecord, protocol: string): string[] =>
  (crossNames?.offers ?? []).flatMap((offer) =>
    offer.protocol === protocol && offer.honoured > 0 ? [`${nameOf(offer.from.name)}>${nameOf(offer.to.name)}`] : [],
  );

describe.skipIf(program === undefined)('a probe across names of real nginx (Debian: nginx-light)', () => {
  const serve = async (hosts: readonly VirtualHost[], ticketKey?: Buffer): Promise<void> => {
    running.push(await startVirtualHosts(program ?? '', hosts, ticketKey));
  };
  const maker = () => certificateMaker('ecdsa-p256', { intermediates: 0, isSelfSigned: true });

  it('finds that sessions cross to a name with another certificate', async () => {
    const make = await maker();
    await serve([
      { name: 'a.test', certificate: await make.make('a.test') },
      { name: 'b.test', certificate: await make.make('b.test') },
    ]);
    const record = await probeNames();
    for (const protocol of PROTOCOLS) {
      // The first host is the default one: without a name its certificate is shown.
      expect(resumed(record, protocol)).toEqual(['a>a', 'a>b', 'a>-', 'b>a', 'b>b', 'b>-', '->a', '->b', '->-']);
      expect(crossings(record)).toEqual(
        expect.arrayContaining([
          `problem resumes-across-certificates ${protocol} a>b b>a b>- ->b`,
          `information resumes-across-names ${protocol} a>- ->a`,
        ]),
      );
    }
    expect(crossings(record)).toHaveLength(4);
  });

  it('takes one certificate for several names as what it is: information', async () => {
    const certificate = await (await maker()).make('a.test');
    await serve([
      { name: 'a.test', certificate },
      { name: 'b.test', certificate },
    ]);
    const record = await probeNames();
    expect(faultsIn(record)).toEqual([]);
    expect(crossings(record)).toEqual(
      PROTOCOLS.map((each) => `information resumes-across-names ${each} a>b a>- b>a b>- ->a ->b`),
    );
  });

  it('finds that a session takes the place of a client certificate', async () => {
    const certificate = await (await maker()).make('a.test');
    await serve([
      { name: 'a.test', certificate },
      { name: 'b.test', certificate, asksClients: true },
    ]);
    const record = await probeNames();
    expect(
      record.crossNames?.names.map(({ name, asksForCertificate }) => `${nameOf(name)} ${String(asksForCertificate)}`),
    ).toEqual([...PROTOCOLS].flatMap(() => ['a false', 'b true', '- false']));
    // Against CVE-2025-23419 nginx answers by access_denied where TLS 1.3 offers b a session of a; versions without the repair resume it.
    expect(crossings(record)).toEqual([
      'problem resumes-across-client-authentication TLSv1.2 a>b b>a b>- ->b',
      expect.stringMatching(/^problem resumes-across-client-authentication TLSv1\.3 .*b>a/u),
      'information resumes-across-names TLSv1.2 a>- ->a',
      'information resumes-across-names TLSv1.3 a>- ->a',
    ]);
  });

  it('finds that sessions cross from port to port where the key is the same, and not where it is not', async () => {
    const certificate = await (await maker()).make('a.test');
    const hosts = [{ name: 'a.test', certificate }];
    const key = randomBytes(80);
    await serve(hosts, key);
    await serve(hosts, key);
    const record = await probeServers(running, { tries: 1, crossSni: ['a.test'], protocols: ['1.3'] });
    expect(crossings(record)).toEqual([
      'problem resumes-across-ports TLSv1.3 a>a a>- ->a ->-',
      'problem resumes-across-ports TLSv1.3 a>a a>- ->a ->-',
      'information resumes-across-names TLSv1.3 a>- ->a',
    ]);
    await running.pop()?.close();
    await serve(hosts, randomBytes(80));
    const apart = await probeServers(running, { tries: 1, crossSni: ['a.test'], protocols: ['1.3'] });
    expect(crossings(apart)).toEqual(['information resumes-across-names TLSv1.3 a>- ->a']);
  });
});

describe('a probe across names of the reference server', () => {
  it('finds what it lets cross, and counts its connections', async () => {
    const settings = decodeServer({ names: ['a.test', 'b.test'] });
    running.push(await openReferenceFleet(serverSettings(settings), settings));
    const record = await probeNames();
    expect(new Set(record.crossNames?.names.map(({ certificateSha256 }) => certificateSha256)).size).toBe(3);
    for (const protocol of PROTOCOLS) expect(resumed(record, protocol)).toEqual(expect.arrayContaining(['a>a', 'b>b', '->-']));
    const own = await probeServers(running, { tries: 1 });
    // At each of two protocols: three names looked at, and nine pairs of them tried twice, with a priming each.
    expect(record.connections - own.connections).toBe(2 * (3 + 9 * 2 * 2));
    expect(own.crossNames).toBeNull();
    const extent = { protocols: PROTOCOLS, watchEvery: 1000, tries: 1, mapOnly: false, addresses: 1 };
    expect(mostConnections({ ...extent, names: 2 }) - mostConnections(extent)).toBe(2 * (3 + 9 * 2 * 3));
  });
});
