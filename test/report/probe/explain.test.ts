import { describe, expect, it } from 'vitest';
import { explainConnection } from '../../../src/report/probe/explain.ts';
import type { ClientHello } from '../../../src/tls/messages/client-hello.ts';
import type { Content, Decoded } from '../../../src/tls/messages/decoded.ts';
import type { ServerHello } from '../../../src/tls/messages/server-hello.ts';

const hello = (change: Partial<ClientHello> = {}): ClientHello => ({
  kind: 'client-hello',
  legacyVersion: 'TLSv1.2',
  sessionId: Buffer.alloc(0),
  cipherSuites: ['ECDHE-RSA-AES128-GCM-SHA256'],
  extensions: [{ type: 35, name: 'session_ticket', bytes: 0 }],
  serverName: 'a.test',
  alpn: [],
  groups: ['X25519'],
  keyShares: [],
  versions: [],
  pskIdentities: [],
  ticketBytes: null,
  earlyData: false,
  extendedMasterSecret: true,
  ...change,
});

const answer = (change: Partial<ServerHello> = {}): ServerHello => ({
  kind: 'server-hello',
  version: 'TLSv1.2',
  cipherSuite: 'ECDHE-RSA-AES128-GCM-SHA256',
  sessionId: Buffer.alloc(0),
  extensions: [],
  group: null,
  selectedPsk: null,
  extendedMasterSecret: true,
  announcesTicket: false,
  alpn: null,
  ...change,
});

const TICKET = Buffer.alloc(192, 0xee);
const NEW_TICKET: Content = { kind: 'new-session-ticket', lifetimeS: 300, ticket: TICKET, maxEarlyData: null };
const CERTIFICATE: Content = { kind: 'certificate', chain: [Buffer.alloc(800), Buffer.alloc(900)], staple: Buffer.alloc(471) };
const FINISHED: Content = { kind: 'finished' };

const by = (from: Decoded['from'], content: Content): Omit<Decoded, 'atNs'> => ({ from, bytes: 100, ...content });

/** Messages a quarter of a millisecond apart. */
const told = (...messages: readonly Omit<Decoded, 'atNs'>[]): string =>
  explainConnection({
    messages: messages.map((message, i) => ({ ...message, atNs: 7e9 + i * 250_000 }) as Decoded),
    keyName: (ticket) => (ticket.length === 32 ? '' : '0123abcd'),
  }).join('\n');

describe('explainConnection', () => {
  it('tells a full handshake of TLS 1.2 that gives a ticket', () => {
    expect(
      told(
        by('client', hello({ ticketBytes: 0 })),
        by('server', answer({ announcesTicket: true })),
        by('server', CERTIFICATE),
        by('server', { kind: 'server-key-exchange', group: 'X25519', primeBits: null }),
        by('server', { kind: 'other', name: 'ServerHelloDone', isReadable: true }),
        by('client', { kind: 'change-cipher-spec' }),
        by('server', NEW_TICKET),
        by('server', FINISHED),
      ),
    ).toMatchInlineSnapshot(`
      "    0.000 ms  → ClientHello, 100 bytes
                      server name: a.test
                      versions: TLSv1.2
                      cipher suites: ECDHE-RSA-AES128-GCM-SHA256
                      groups: X25519
                      extended master secret: offered
                      offers no session
                      asks for a ticket, as TLS 1.2 does
                      extensions: session_ticket (0)
          0.250 ms  ← ServerHello, 100 bytes
                      TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256
                      extended master secret: agreed
                      will give a ticket
                      FULL: a Certificate follows
                      no extensions
          0.500 ms  ← Certificate, 100 bytes
                      2 certificates: 800 bytes, 900 bytes
                      stapled OCSP response: 471 bytes
          0.750 ms  ← ServerKeyExchange, 100 bytes
                      group: X25519
          1.000 ms  ← ServerHelloDone, 100 bytes
          1.250 ms  → ChangeCipherSpec, 100 bytes
          1.500 ms  ← NewSessionTicket, 100 bytes
                      ticket of 192 bytes
                      lifetime: 300 seconds
                      key name (hash): 0123abcd
          1.750 ms  ← Finished, 100 bytes"
    `);
  });

  const ID = Buffer.alloc(32, 4);
  const TLS_1_3 = { version: 'TLSv1.3', sessionId: ID } as const;
  const PSK = hello({ sessionId: ID, versions: ['TLSv1.3'], pskIdentities: [224], ticketBytes: 0, earlyData: true });

  it.each<[string, readonly Omit<Decoded, 'atNs'>[], readonly RegExp[]]>([
    [
      'a session ID that is resumed',
      [by('client', hello({ sessionId: ID })), by('server', answer({ sessionId: ID })), by('server', FINISHED)],
      [/offers to resume: session ID of 32 bytes/u, /RESUMED: no Certificate follows, and the session ID is echoed/u],
    ],
    [
      'a ticket that is renewed',
      [
        by('client', hello({ sessionId: ID, ticketBytes: 192 })),
        by('server', answer()),
        by('server', NEW_TICKET),
        by('server', FINISHED),
      ],
      [
        /offers to resume: ticket of 192 bytes/u,
        /RESUMED: no Certificate follows$/mu,
        /takes the place of the one that was offered/u,
      ],
    ],
    [
      'a ticket that is declined',
      [by('client', hello({ sessionId: ID, ticketBytes: 192 })), by('server', answer()), by('server', CERTIFICATE)],
      [/FULL: a Certificate follows, the session that was offered is declined/u],
    ],
    ['an end in the middle', [by('client', hello()), by('server', answer())], [/not proven: the server sent neither/u]],
    [
      'a pre-shared key that is taken, with early data',
      [
        by('client', PSK),
        by('server', answer({ ...TLS_1_3, selectedPsk: 0, group: 'X25519' })),
        by('server', { kind: 'encrypted-extensions', extensions: [], alpn: 'h2', earlyData: true }),
      ],
      [
        /pre-shared key, ticket of 224 bytes/u,
        /sends early data/u,
        /RESUMED: takes pre-shared key 1/u,
        /takes the early data/u,
        /ALPN: h2/u,
      ],
    ],
    [
      'a pre-shared key that is not taken',
      [
        by('client', PSK),
        by('server', answer(TLS_1_3)),
        by('server', { kind: 'encrypted-extensions', extensions: [], alpn: null, earlyData: false }),
      ],
      [/FULL: takes none of the pre-shared keys/u, /rejects the early data/u],
    ],
    [
      'a HelloRetryRequest',
      [
        by('client', hello({ versions: ['TLSv1.3'] })),
        by('server', {
          ...{ kind: 'hello-retry-request', version: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256' },
          ...{ sessionId: ID, extensions: [], group: 'P-384', cookieBytes: 40 },
        }),
        by('client', hello({ versions: ['TLSv1.3'] })),
        by('server', answer(TLS_1_3)),
      ],
      [/costs one round trip/u, /asks for a key share of: P-384/u, /cookie: 40 bytes/u, /again, as/u, /FULL: no pre-shared key/u],
    ],
    [
      'a key to the cache of the server, and a ticket for early data',
      [
        by('server', { kind: 'new-session-ticket', lifetimeS: 0, ticket: Buffer.alloc(32), maxEarlyData: null }),
        by('server', { kind: 'new-session-ticket', lifetimeS: 7200, ticket: TICKET, maxEarlyData: 16_384 }),
        by('server', { kind: 'new-session-ticket', lifetimeS: 0, ticket: Buffer.alloc(0), maxEarlyData: null }),
      ],
      [
        /a key to the cache of the server/u,
        /lifetime: none stated/u,
        /early data of up to 16,384 bytes/u,
        /gives none after all/u,
      ],
    ],
    [
      'alerts, requests and what is not readable',
      [
        by('server', { kind: 'alert', isFatal: true, name: 'handshake_failure' }),
        by('server', { kind: 'certificate-request', authorities: [Buffer.alloc(9)] }),
        by('server', { kind: 'server-key-exchange', group: null, primeBits: 2048 }),
        by('server', { kind: 'other', name: 'Certificate', isReadable: false }),
      ],
      [/← Alert handshake_failure/u, /fatal: ends/u, /1 named authority/u, /finite field of 2048 bits/u, /not readable/u],
    ],
  ])('tells %s', (_name, messages, lines) => {
    const text = told(...messages);
    for (const line of lines) expect(text).toMatch(line);
  });

  it('makes text of a peer harmless, and shows no byte of a ticket', () => {
    const text = told(by('server', answer({ alpn: 'h2\u001b[2J\nfake' })), by('server', NEW_TICKET));
    expect(text).toContain('ALPN: h2\uFFFD[2J\uFFFDfake');
    expect(text).not.toMatch(/eeee/u);
  });

  it('has nothing to tell of nothing', () => {
    expect(told()).toBe('');
  });
});
