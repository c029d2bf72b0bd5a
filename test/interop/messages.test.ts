import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TicketFamily } from '../../src/domain/probe-record.ts';
import type { Protocol } from '../../src/domain/protocol.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { engineChoice, openEngine } from '../../src/engine/open.ts';
import { attemptOf, performOne } from '../../src/engine/perform.ts';
import { explainConnection } from '../../src/report/probe/explain.ts';
import { decodeMessages } from '../../src/tls/messages/decode.ts';
import type { Decoded, DecodedOf } from '../../src/tls/messages/decoded.ts';
import type { SeenMessage } from '../../src/tls/seen-message.ts';
import { keyName, ticketLayout } from '../../src/tls/ticket-layout.ts';
import { testSettings } from '../engine/settings.ts';
import type { Peer } from '../servers/peer.ts';
import { findProgram } from '../servers/require-program.ts';
import { PEERS } from './peers.ts';

/** Full handshakes with one server, so that its tickets show their layout, and one that resumes the last of them. */
const FULL = 6;

/** Layout of each server's tickets by its sources, and the length of the name of its key. */
const LAYOUTS: Readonly<Record<string, readonly [TicketFamily, number]>> = {
  'nginx (OpenSSL)': ['rfc5077', 16],
  'HAProxy (OpenSSL)': ['rfc5077', 16],
  'gnutls-serv (GnuTLS), asking for a client certificate': ['gnutls', 16],
  // Debian's is built with Go 1.19, which still writes a name, and its lengths fit no block cipher.
  'Caddy (Go)': ['rustls', 16],
  'JSSE (the JDK)': ['jsse', 4],
  'selfserv (NSS)': ['nss', 16],
  'node:tls': ['rfc5077', 16],
  'openssl s_server, five tickets': ['rfc5077', 16],
};

const PROTOCOLS: readonly Protocol[] = ['TLSv1.2', 'TLSv1.3'];

interface Seen {
  readonly full: readonly (readonly Decoded[])[];
  readonly resumed: readonly Decoded[];
}

const of = <Kind extends Decoded['kind']>(messages: readonly Decoded[], kind: Kind): readonly DecodedOf<Kind>[] =>
  messages.filter((message): message is DecodedOf<Kind> => message.kind === kind);

const ticketsOf = (messages: readonly Decoded[]): readonly Buffer[] =>
  of(messages, 'new-session-ticket').map(({ ticket }) => ticket);

describe.each(PEERS.filter(({ name }) => name in LAYOUTS))('the messages of $name', (row) => {
  const program = row.program === undefined ? '' : findProgram(row.program, row.package);
  describe.skipIf(program === undefined)(program === undefined ? `${row.package} is not installed` : '', () => {
    let engine: Engine;
    let peer: Peer;
    beforeAll(async () => {
      engine = openEngine(engineChoice('openssl'));
      peer = await row.start(program ?? '');
    });
    afterAll(async () => {
      engine.close();
      await peer.close();
    });

    const converse = async (protocol: Protocol): Promise<Seen> => {
      const settings = {
        protocol,
        mode: 'ticket',
        port: peer.port,
        ca: peer.certificate,
        close: 'notify',
        ...row.client,
      } as const;
      const client = engine.client(testSettings(settings));
      const perform = async (session: Awaited<ReturnType<typeof performOne>>['session']) => {
        const seen: SeenMessage[] = [];
        const result = await performOne(engine, attemptOf(client, { session, onMessage: (message) => seen.push(message) }));
        expect(result.failure).toBeUndefined();
        return { result, decoded: decodeMessages(seen) };
      };
      const full = [];
      for (let i = 0; i < FULL; i++) full.push(await perform(undefined));
      const resumed = await perform(full.at(-1)?.result.session);
      expect(resumed.result.evidence.resumed).toBe(true);
      for (const { result } of [...full, resumed]) result.session?.free();
      client.close();
      return { full: full.map(({ decoded }) => decoded), resumed: resumed.decoded };
    };

    it.each(PROTOCOLS)('are all read, and say what %s is', async (protocol) => {
      const { full, resumed } = await converse(protocol);
      const unread = [...full.flat(), ...resumed].filter((message) => message.kind === 'other' && !message.isReadable);
      expect(unread).toEqual([]);
      const [first = []] = full;
      expect(of(first, 'server-hello')).toMatchObject([{ version: protocol }]);
      const [leaf] = of(first, 'certificate').find(({ from }) => from === 'server')?.chain ?? [];
      expect(new X509Certificate(leaf ?? '').raw).toEqual(new X509Certificate(peer.certificate).raw);
      expect(resumed.some(({ kind, from }) => kind === 'certificate' && from === 'server')).toBe(false);
      expect(of(first, 'finished')).toHaveLength(2);

      const tickets = full.flatMap(ticketsOf);
      const layout = ticketLayout(tickets);
      expect([layout.family, layout.nameBytes]).toEqual(LAYOUTS[row.name]);
      expect(new Set(layout.names).size).toBe(1);

      const name = (ticket: Uint8Array): string => keyName(ticket, layout);
      const told = explainConnection({ messages: resumed, keyName: name }).join('\n');
      expect(told).toMatch(/offers to resume: .*ticket of \d+ bytes/u);
      expect(told).toMatch(/RESUMED: /u);
      expect(explainConnection({ messages: first, keyName: name }).join('\n')).toMatch(/FULL: /u);
      for (const ticket of tickets) expect(told).not.toContain(ticket.subarray(0, 8).toString('hex'));
    });
  });
});
