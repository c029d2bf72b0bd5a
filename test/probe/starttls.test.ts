import { once } from 'node:events';
import { spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ProbeRecord } from '../../src/domain/probe-record.ts';
import { STARTTLS_PROTOCOLS, type StartTls } from '../../src/domain/starttls.ts';
import { decodeServer } from '../../src/scenario/decode.ts';
import { makeCertificate } from '../../src/target/certificate.ts';
import { openReferenceFleet, serverSettings } from '../../src/target/fleet/reference-fleet.ts';
import type { OpenTarget } from '../../src/target/open-target.ts';
import { Resumark } from '../e2e/resumark.ts';
import { DIALOGUES, startPlaintextFront, type FrontOptions, type PlaintextFront } from '../servers/plaintext-front.ts';
import { findProgram } from '../servers/require-program.ts';
import { faultsIn, resumptions } from './probed.ts';

const openssl = findProgram('openssl', 'openssl');

let resumark: Resumark;
let server: OpenTarget;
const fronts: PlaintextFront[] = [];

beforeAll(async () => {
  resumark = await Resumark.create();
  const settings = decodeServer({});
  server = await openReferenceFleet(serverSettings(settings), settings);
});
afterEach(async () => {
  await Promise.all(fronts.splice(0).map((front) => front.close()));
});
afterAll(async () => {
  await server.close();
  await resumark.close();
});

const front = async (protocol: StartTls, options: FrontOptions = {}, tlsPort = server.port): Promise<PlaintextFront> => {
  const started = await startPlaintextFront(protocol, tlsPort, options);
  fronts.push(started);
  return started;
};

/** Probes servers in a process of its own, as users do: an engine holds the thread, and the servers are on this one. */
const probe = async (
  protocol: StartTls,
  servers: readonly PlaintextFront[],
  ...more: readonly string[]
): Promise<ProbeRecord> => {
  const targets = servers.map(({ port }) => `127.0.0.1:${String(port)}`);
  const { stdout, stderr } = await resumark.run(
    ...[
      'probe',
      ...targets,
      '--starttls',
      protocol,
      '-n',
      '3',
      '-q',
      '--format',
      'json',
      ...(more.includes('--cacert') ? [] : ['-k']),
      ...more,
    ],
  );
  if (!stdout.startsWith('{')) throw new Error(stderr);
  return JSON.parse(stdout) as ProbeRecord;
};

const failures = ({ addresses: [address] }: ProbeRecord): string[] =>
  (address?.protocols ?? []).map((each) => (each.state === 'failed' ? each.failure : each.state));

describe('a probe by STARTTLS', () => {
  it.each(STARTTLS_PROTOCOLS)('finds over %s what it finds without', async (protocol) => {
    const started = await front(protocol);
    const record = await probe(protocol, [started]);
    expect(faultsIn(record)).toEqual([]);
    const [address] = record.addresses;
    expect(resumptions(address, 'TLSv1.2')).toEqual(['ticket 3/3', 'session-id 3/3']);
    expect(resumptions(address, 'TLSv1.3')).toEqual(['psk 3/3']);
    expect(address).toMatchObject({
      address: '127.0.0.1',
      port: started.port,
      legacy: { 'TLSv1.0': 'refused', 'TLSv1.1': 'refused' },
      connections: started.connections(),
    });
    expect(record).toMatchObject({ starttls: protocol, connections: started.connections() });
  });

  it.skipIf(openssl === undefined).each(STARTTLS_PROTOCOLS)(
    'asks for TLS in %s as openssl does (Debian: openssl)',
    async (protocol) => {
      const started = await front(protocol);
      const child = spawn(openssl ?? '', ['s_client', '-starttls', protocol, '-connect', `127.0.0.1:${String(started.port)}`]);
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stdin.end();
      await once(child, 'close');
      expect(output).toMatch(/^New, TLSv1\.3, Cipher is /mu);
    },
  );

  it('takes answers that come byte by byte', async () => {
    const record = await probe('smtp', [await front('smtp', { isFragmented: true })]);
    expect(resumptions(record.addresses[0], 'TLSv1.3')).toEqual(['psk 3/3']);
  });

  it('maps servers that share their ticket key', async () => {
    const record = await probe('imap', [await front('imap'), await front('imap')], '--tls', '1.3');
    expect(record.map?.groups.map(({ addresses }) => addresses)).toEqual([[0, 1]]);
    expect(faultsIn(record)).toEqual([]);
  });

  it('says in the words of the server why there is no TLS', async () => {
    const [hello, features] = DIALOGUES.smtp;
    const refusing = [hello, features, { says: /^STARTTLS/u, answer: '454 TLS not available\r\n' }].flatMap((each) => each ?? []);
    const record = await probe('smtp', [await front('smtp', { exchanges: refusing })]);
    expect(failures(record)).toEqual(['starttls:refused 454 TLS not available', 'starttls:refused 454 TLS not available']);
    expect(faultsIn(record)).toEqual(['starttls-failed 0']);
    expect(record.connections).toBe(1);
  });

  it('names a server that refuses later connections only', async () => {
    const record = await probe('pop3', [
      await front('pop3', { later: { from: 6, exchanges: [{ answer: '-ERR too many connections\r\n' }] } }),
    ]);
    expect(JSON.stringify(record.addresses)).toContain('starttls:refused -ERR too many connections');
  });

  it('gives up a server that says nothing', async () => {
    const record = await probe(
      'smtp',
      [await front('smtp', { exchanges: [{ says: /^never/u, answer: '' }] })],
      '--timeout',
      '200ms',
    );
    expect(failures(record)).toEqual(['starttls:timeout', 'starttls:timeout']);
  });

  it('names a server that puts plaintext after its agreement, at once or later', async () => {
    const injecting = DIALOGUES.pop3.map(({ answer, ...exchange }, i) => ({
      ...exchange,
      answer: i === 0 ? answer : `${answer.toString()}+OK injected\r\n`,
    }));
    const atOnce = await probe('pop3', [await front('pop3', { exchanges: injecting })]);
    expect(faultsIn(atOnce)).toEqual(['starttls-injection 0']);
    const later = await probe('pop3', [await front('pop3', { beforeTls: '+OK injected\r\n' })]);
    expect(failures(later)).toEqual(['starttls:injected', 'starttls:injected']);
    expect(faultsIn(later)).toEqual(['starttls-injection 0']);
  });

  it('sends nothing of HTTP, neither to a server that gives no ticket nor as early data', async () => {
    let received = '';
    const { certificate: cert, key } = await makeCertificate('ecdsa-p256');
    const silent = createTlsServer({ cert, key }, (socket) => {
      socket.on('data', (chunk: Buffer) => (received += chunk.toString())).on('error', () => undefined);
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const started = await front('smtp', {}, (silent.address() as AddressInfo).port);
    await probe('smtp', [started], '--ticket-timeout', '100ms');
    const settings = decodeServer({ earlyData: true });
    const offering = await openReferenceFleet(serverSettings(settings), settings);
    const early = await probe('smtp', [await front('smtp', {}, offering.port)], '--tls', '1.3');
    await offering.close();
    silent.close();
    expect(received).toBe('');
    expect(started.said()).toMatch(/^(?:EHLO resumark\.invalid\r\nSTARTTLS\r\n)+$/u);
    const [tls13] = early.addresses[0]?.protocols ?? [];
    expect(tls13?.state === 'negotiated' && tls13.earlyData).toEqual({ maxBytes: 16_384, accepted: null });
  });
});
