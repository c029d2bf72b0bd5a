import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ClientSettings } from '../../src/engine/engine.ts';
import type { WireClient } from '../../src/engine/wire/client.ts';
import { WireSession } from '../../src/engine/wire/session.ts';
import type { CertificatePair } from '../../src/target/certificate-pair.ts';
import { converse, type Said } from './converse.ts';
import { P256, P384, X25519 } from './key-share.ts';
import { HONEST, type KnownSession, type Plan, type ServerIdentity } from './plan.ts';
import type { ParserInput } from './parser-case.ts';
import { TEST_SUITES, type TestSuite } from './protection.ts';
import type { Subject } from './subject.ts';

/** One way of a handshake: what server stands there, and what client comes with which session. */
export interface Situation {
  readonly name: string;
  readonly plan: Plan;
  readonly client: WireClient;
  readonly session: WireSession | undefined;
  readonly verifies: boolean;
  /** Whether a client of fixed randomness repeats itself byte for byte: keys on P-256 are the library's to make. */
  readonly isRepeatable: boolean;
  /** A plan of its own for each conversation: servers write down the sessions that they give. */
  readonly fresh: () => Plan;
}

interface Sketch extends Partial<Omit<Plan, 'suite' | 'identity' | 'sessions'>> {
  readonly name: string;
  readonly suite: number;
  readonly mode?: ClientSettings['mode'];
  readonly groups?: string;
  readonly verifies?: boolean;
  readonly isResumed?: boolean;
}

const SKETCHES: readonly Sketch[] = [
  { name: '1.3 full', suite: 0x1301 },
  { name: '1.3 full, verified', suite: 0x1301, verifies: true },
  { name: '1.3 full, SHA-384', suite: 0x1302, recordBytes: 300, coalesces: false },
  { name: '1.3 full, ChaCha20', suite: 0x1303, tickets: 20 },
  { name: '1.3 full, long tickets', suite: 0x1301, ticketBytes: 60_000 },
  { name: '1.3 full, empty tickets', suite: 0x1301, ticketBytes: 0 },
  { name: '1.3 full, client certificate wanted', suite: 0x1301, asksCertificate: true },
  { name: '1.3 full, another group', suite: 0x1301, retry: 'group', group: P256 },
  { name: '1.3 full, P-384', suite: 0x1302, retry: 'group', group: P384, groups: 'X25519:P-384' },
  { name: '1.3 full, cookie', suite: 0x1302, retry: 'cookie' },
  { name: '1.3 ticket', suite: 0x1301, isResumed: true, mode: 'ticket' },
  { name: '1.3 ticket, SHA-384, cookie', suite: 0x1302, isResumed: true, mode: 'ticket', retry: 'cookie' },
  { name: '1.3 early data', suite: 0x1301, isResumed: true, mode: 'early-data', acceptsEarlyData: true },
  { name: '1.2 full, session ID', protocol: 'TLSv1.2', suite: 0xc02b, mode: 'session-id', tickets: 0 },
  { name: '1.2 full, verified', protocol: 'TLSv1.2', suite: 0xc02b, verifies: true },
  { name: '1.2 full, ticket, SHA-384', protocol: 'TLSv1.2', suite: 0xc02c, mode: 'ticket', recordBytes: 200 },
  { name: '1.2 full, P-256, ChaCha20', protocol: 'TLSv1.2', suite: 0xcca9, group: P256, asksCertificate: true },
  { name: '1.2 full, no EMS', protocol: 'TLSv1.2', suite: 0xc02b, hasExtendedMasterSecret: false, coalesces: false },
  { name: '1.2 session ID', protocol: 'TLSv1.2', suite: 0xc02b, isResumed: true, mode: 'session-id', tickets: 0 },
  { name: '1.2 ticket, renewed', protocol: 'TLSv1.2', suite: 0xcca9, isResumed: true, mode: 'ticket' },
];

/** Names of those that are repeatable. */
export const REPEATABLE_NAMES: readonly string[] = SKETCHES.filter(({ group = X25519 }) => group === X25519).map(
  ({ name }) => name,
);

/** Makes every situation, priming a session where one is offered. */
export const makeSituations = (subject: Subject, { certificate, key }: CertificatePair): Situation[] => {
  const identity: ServerIdentity = { certificate: new X509Certificate(certificate).raw, key: createPrivateKey(key) };
  return SKETCHES.map(({ name, suite, mode = 'full', groups = 'X25519:P-256', verifies = false, isResumed = false, ...rest }) => {
    const sessions = new Map<string, KnownSession>();
    const plan: Plan = { ...DEFAULTS, ...rest, suite: suiteOf(suite), identity, sessions };
    const client = subject.client(settingsOf(plan, { mode, groups, verify: verifies, ca: certificate }));
    const fresh = (): Plan => ({ ...plan, sessions: new Map(sessions) });
    let session: WireSession | undefined;
    if (isResumed) {
      converse(subject, { plan, client, session: undefined, tamper: HONEST });
      const taken = subject.connection.takeSession();
      session = taken === undefined ? undefined : WireSession.from(taken);
      if (session === undefined) throw new Error(`no session was primed for ${name}`);
    }
    return { name, plan, client, session, verifies, isRepeatable: plan.group === X25519, fresh };
  });
};

/** What the situations give the parsers to read. */
export const parserInput = (subject: Subject, situations: readonly Situation[]): ParserInput => {
  const conversations: Said[] = [];
  const sessions: Buffer[] = [];
  for (const { client, session, fresh } of situations) {
    const said: Said = { fromClient: Buffer.alloc(0), fromServer: Buffer.alloc(0) };
    converse(subject, { plan: fresh(), client, session, tamper: HONEST }, said);
    const der = subject.connection.takeSession()?.der();
    if (der !== undefined) sessions.push(der);
    conversations.push(said);
  }
  return { conversations, sessions };
};

const DEFAULTS = {
  protocol: 'TLSv1.3',
  group: X25519,
  retry: 'none',
  asksCertificate: false,
  acceptsEarlyData: false,
  hasExtendedMasterSecret: true,
  tickets: 1,
  ticketBytes: 120,
  recordBytes: 16_384,
  coalesces: true,
} as const;

const suiteOf = (id: number): TestSuite => {
  const suite = TEST_SUITES.find((one) => one.id === id);
  if (suite === undefined) throw new RangeError(`suite ${String(id)} is not one of the test server`);
  return suite;
};

const settingsOf = (
  { protocol, suite }: Plan,
  chosen: Pick<ClientSettings, 'mode' | 'groups' | 'verify' | 'ca'>,
): ClientSettings => ({
  ...chosen,
  protocol,
  address: '127.0.0.1',
  port: 443,
  serverName: 'localhost',
  identity: undefined,
  alpn: [],
  ciphers: OPENSSL_NAMES[suite.id],
  keyShare: 'fresh',
  checksSignature: true,
  close: 'reset',
  sources: [],
  keyLog: undefined,
  request: undefined,
  connectTimeoutMs: 1000,
  handshakeTimeoutMs: 1000,
  ticketTimeoutMs: 1000,
  firstByteTimeoutMs: 1000,
});

/** The wanted suite first, and others behind it: a server must not choose what was not offered, and can choose another. */
const OPENSSL_NAMES: Readonly<Record<number, string>> = {
  0x1301: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384',
  0x1302: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256',
  0x1303: 'TLS_CHACHA20_POLY1305_SHA256',
  0xc02b: 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256',
  0xc02c: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  0xcca9: 'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256',
};
