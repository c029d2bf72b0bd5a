import { afterAll, beforeAll, expect, it } from 'vitest';
import { mechanismOf, readSessionDer, writeSessionDer } from '../../src/tls/session-der.ts';
import { NO_TICKET, startRecordingServer, type RecordingServer } from './record.ts';

let server: RecordingServer;
beforeAll(async () => {
  server = await startRecordingServer();
});
afterAll(() => {
  server.close();
});

it.each([
  { protocol: 'TLSv1.2', secureOptions: NO_TICKET, mechanism: 'session-id', hasTicket: false },
  { protocol: 'TLSv1.2', secureOptions: 0, mechanism: 'ticket', hasTicket: true },
  { protocol: 'TLSv1.3', secureOptions: 0, mechanism: 'psk', hasTicket: true },
] as const)(
  'a $protocol session from a live handshake resumes by $mechanism',
  async ({ protocol, secureOptions, mechanism, hasTicket }) => {
    const { session } = await server.handshake({ minVersion: protocol, maxVersion: protocol, secureOptions });
    const facts = readSessionDer(session ?? Buffer.alloc(0));
    expect(facts.protocol).toBe(protocol);
    expect(mechanismOf(facts)).toBe(mechanism);
    expect(facts.ticketBytes > 100).toBe(hasTicket);
    expect(facts.ticket.length).toBe(facts.ticketBytes);
    if (hasTicket) expect(facts.lifetimeHintS).toBeGreaterThan(0);
  },
);

it('takes a TLS 1.3 ticket of 32 bytes for a key into a cache', () => {
  expect(mechanismOf({ protocol: 'TLSv1.3', ticketBytes: 32 })).toBe('psk-stateful');
});

it('refuses what is no session, wherever it is cut', async () => {
  const { session = Buffer.alloc(0) } = await server.handshake({ maxVersion: 'TLSv1.3' });
  for (let length = 0; length < session.length; length++) {
    expect(() => readSessionDer(session.subarray(0, length))).toThrow(RangeError);
  }
  expect(() => readSessionDer(Buffer.from('no session'))).toThrow(RangeError);
});

it.each([0, 1, 127, 128, 300, 70_000].map((ticketBytes) => ({ ticketBytes })))(
  'reads what it wrote, with a ticket of $ticketBytes bytes',
  ({ ticketBytes }) => {
    const state = {
      cipherSuite: 0xc02b,
      sessionId: Buffer.alloc(32, 7),
      secret: Buffer.alloc(48, 9),
      ticket: Buffer.alloc(ticketBytes, 1),
      lifetimeHintS: 300,
      hasExtendedMasterSecret: true,
      ticketAgeAdd: 0xfedc_ba98,
      maxEarlyData: 16_384,
    };
    const facts = readSessionDer(writeSessionDer(state, 'TLSv1.2', 1_700_000_000));
    expect(facts).toMatchObject({ ...state, protocol: 'TLSv1.2', ticketBytes, sessionIdBytes: 32 });
  },
);
