import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HelloEvidence } from '../../src/domain/kind.ts';
import { seededRandom } from '../../src/stats/random.ts';
import { HelloReader } from '../../src/tls/hello.ts';
import { NO_TICKET, startRecordingServer, type RecordedHandshake, type RecordingServer } from './record.ts';

/** The rows of "Plaintext wire signature", each recorded from a live handshake. */
const recorded: Record<string, RecordedHandshake> = {};

let server: RecordingServer;
let stranger: RecordingServer;
let retrying: RecordingServer;
beforeAll(async () => {
  server = await startRecordingServer();
  stranger = await startRecordingServer();
  retrying = await startRecordingServer({ ecdhCurve: 'P-384' });
  const v12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
  const v13 = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;
  const id = await server.handshake({ ...v12, secureOptions: NO_TICKET });
  const ticket = await server.handshake(v12);
  const psk = await server.handshake(v13);
  const offer = (from: RecordedHandshake) => ({ session: from.session, rejectUnauthorized: false });
  Object.assign(recorded, {
    '1.2 full, no ticket wanted': id,
    '1.2 full, ticket granted': ticket,
    '1.2 resumed by ID': await server.handshake({ ...v12, secureOptions: NO_TICKET, ...offer(id) }),
    '1.2 resumed by ticket': await server.handshake({ ...v12, ...offer(ticket) }),
    '1.2 ticket refused': await stranger.handshake({ ...v12, ...offer(ticket) }),
    '1.3 full': psk,
    '1.3 resumed': await server.handshake({ ...v13, ...offer(psk) }),
    '1.3 PSK refused': await stranger.handshake({ ...v13, ...offer(psk) }),
    '1.3 full after a HelloRetryRequest': await retrying.handshake({
      ...v13,
      ecdhCurve: 'X25519:P-384',
      rejectUnauthorized: false,
    }),
  });
});
afterAll(() => {
  for (const one of [server, stranger, retrying]) one.close();
});

const EVIDENCE: Readonly<Record<string, HelloEvidence>> = {
  '1.2 full, no ticket wanted': { protocol: 'TLSv1.2', resumed: false, offered: 'nothing', helloRetry: false },
  '1.2 full, ticket granted': { protocol: 'TLSv1.2', resumed: false, offered: 'nothing', helloRetry: false },
  '1.2 resumed by ID': { protocol: 'TLSv1.2', resumed: true, offered: 'session-id', helloRetry: false },
  '1.2 resumed by ticket': { protocol: 'TLSv1.2', resumed: true, offered: 'ticket', helloRetry: false },
  '1.2 ticket refused': { protocol: 'TLSv1.2', resumed: false, offered: 'ticket', helloRetry: false },
  '1.3 full': { protocol: 'TLSv1.3', resumed: false, offered: 'nothing', helloRetry: false },
  '1.3 resumed': { protocol: 'TLSv1.3', resumed: true, offered: 'psk', helloRetry: false },
  '1.3 PSK refused': { protocol: 'TLSv1.3', resumed: false, offered: 'psk', helloRetry: false },
  '1.3 full after a HelloRetryRequest': { protocol: 'TLSv1.3', resumed: false, offered: 'nothing', helloRetry: true },
};

const pick = (name: string): RecordedHandshake => {
  const found = recorded[name];
  if (found === undefined) throw new Error(`nothing was recorded as ${name}`);
  return found;
};

/** Feeds a handshake to a reader in pieces of chosen sizes, a whole one being the largest. */
const read = (reader: HelloReader, { pieces }: RecordedHandshake, size: () => number): void => {
  for (const { from, bytes } of pieces) {
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + size());
      if (from === 'client') reader.fromClient(bytes, at, end);
      else reader.fromServer(bytes, at, end);
      at = end;
    }
  }
};

describe.each(Object.entries(EVIDENCE))('%s', (name, evidence) => {
  it('is read as what it is, and node agrees', () => {
    const reader = new HelloReader();
    read(reader, pick(name), () => Infinity);
    expect(reader.evidence()).toEqual(evidence);
    expect(pick(name).isReused).toBe(evidence.resumed);
  });

  it('is read the same from single bytes and from random pieces, by one reader again and again', () => {
    const random = seededRandom(1);
    const reader = new HelloReader();
    for (const size of [() => 1, ...Array.from({ length: 20 }, () => () => 1 + Math.floor(random() * 100))]) {
      reader.reset();
      read(reader, pick(name), size);
      expect(reader.evidence()).toEqual(evidence);
    }
  });

  it('never throws when it is cut short or a byte is wrong', () => {
    const random = seededRandom(2);
    const reader = new HelloReader();
    for (let i = 0; i < 300; i++) {
      const pieces = pick(name).pieces.map(({ from, bytes }) => {
        const wrong = Buffer.from(bytes);
        const at = Math.floor(random() * wrong.length);
        wrong[at] = (wrong[at] ?? 0) ^ (1 << Math.floor(random() * 8));
        return { from, bytes: wrong.subarray(0, i % 2 === 0 ? wrong.length : at) };
      });
      reader.reset();
      read(reader, { ...pick(name), pieces }, () => Infinity);
      reader.evidence();
    }
  });
});

it('proves nothing before the hellos are complete', () => {
  const reader = new HelloReader();
  const [first] = pick('1.2 resumed by ticket').pieces;
  if (first !== undefined) reader.fromClient(first.bytes);
  expect(reader.evidence()).toBeUndefined();
});

it('does not take the echoed session ID of TLS 1.3 for a resumption', () => {
  const reader = new HelloReader();
  read(reader, pick('1.3 full'), () => Infinity);
  expect(reader.server.sessionIdBytes).toBe(32);
  expect(reader.client.sessionIdBytes).toBe(32);
  expect(reader.isResumed).toBe(false);
});

it('takes no evidence from a hello that is longer than it reads, in one piece as in many', () => {
  const hello = Buffer.concat([Buffer.of(2, 0, 0x50, 0), Buffer.alloc(0x5000, 3)]);
  const records = [hello.subarray(0, 16_000), hello.subarray(16_000)].map((text) =>
    Buffer.concat([Buffer.of(22, 3, 3, text.length >> 8, text.length & 0xff), text]),
  );
  const bytes = Buffer.concat([...records, Buffer.of(20, 3, 3, 0, 1, 1)]);
  for (const size of [bytes.length, 1000, 1]) {
    const reader = new HelloReader();
    for (let at = 0; at < bytes.length; at += size) reader.fromServer(bytes, at, Math.min(bytes.length, at + size));
    expect(reader.evidence()).toBeUndefined();
  }
});
