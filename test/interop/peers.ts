import type { DeclineReason } from '../../src/domain/judgement.ts';
import type { Mechanism } from '../../src/domain/kind.ts';
import type { Mode } from '../../src/domain/mode.ts';
import type { Protocol } from '../../src/domain/protocol.ts';
import type { ClientSettings } from '../../src/engine/engine.ts';
import { startReferenceServer } from '../../src/target/reference/reference-server.ts';
import { startBotan } from '../servers/botan.ts';
import { startCaddy } from '../servers/caddy.ts';
import { startGnutls } from '../servers/gnutls.ts';
import { startHaproxy } from '../servers/haproxy.ts';
import { startJsse } from '../servers/jsse.ts';
import { startNginxEarlyData } from '../servers/nginx-early-data.ts';
import { startNginx } from '../servers/nginx.ts';
import type { Peer } from '../servers/peer.ts';
import { startSServer, type SServerOptions } from '../servers/s-server.ts';
import { startSelfserv } from '../servers/selfserv.ts';

/** What a mode turns out to be: the mechanism that it is resumed by, why it is declined, or how it fails. */
type Verdict = 'full' | Mechanism | `${'full' | Mechanism} after a retry` | DeclineReason | `alert:${string}`;

export interface Row {
  /** The make, and what is peculiar about it. */
  readonly name: string;
  /** The program, and the Debian package that brings it; `undefined` for what is part of Node. */
  readonly program: string | undefined;
  readonly package: string;
  readonly start: (program: string) => Promise<Peer>;
  readonly client?: Partial<ClientSettings>;
  /** Why the server gives no word of its handshakes. */
  readonly silence?: string;
  readonly verdicts: Readonly<Record<Protocol, Partial<Readonly<Record<Mode, Verdict>>>>>;
}

/** Everything that a server can do, but for early data. */
const RESUMES_ALL: Row['verdicts'] = {
  'TLSv1.2': { full: 'full', 'session-id': 'session-id', ticket: 'ticket' },
  'TLSv1.3': { full: 'full', ticket: 'psk', 'early-data': 'early-data-rejected' },
};

const WITH_EARLY_DATA: Row['verdicts'] = {
  ...RESUMES_ALL,
  'TLSv1.3': { full: 'full', ticket: 'psk', 'early-data': 'psk' },
};

const RETRIED: Row['verdicts'] = {
  ...RESUMES_ALL,
  'TLSv1.3': {
    full: 'full after a retry',
    ticket: 'psk after a retry',
    // A HelloRetryRequest rejects early data (RFC 8446, section 4.2.10).
    'early-data': 'early-data-rejected',
  },
};

/** For servers whose log is of requests. */
const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** The server does not speak the protocol at all. */
const REFUSED = 'alert:protocol_version';

/** In TLS 1.2 the curve of an ECDSA key must be among the groups, so a server of other groups has an RSA key. */
const RSA = ['rsa:2048'];

/** One row for s_server, with its options. */
const sServer = (name: string, options: SServerOptions, rest: Partial<Row> = {}): Row => ({
  name: `openssl s_server, ${name}`,
  program: 'openssl',
  package: 'openssl',
  start: (program) => startSServer(program, options),
  verdicts: RESUMES_ALL,
  ...rest,
});

export const PEERS: readonly Row[] = [
  {
    name: 'nginx (OpenSSL)',
    program: 'nginx',
    package: 'nginx-light libnginx-mod-stream',
    start: async (program) => {
      const nginx = await startNginx(program, { cache: 'shared', tickets: true });
      return { ...nginx, word: async () => total(await nginx.log()) };
    },
    verdicts: RESUMES_ALL,
  },
  {
    name: 'nginx with early data',
    program: 'nginx',
    package: 'nginx-light libnginx-mod-stream',
    client: { request: REQUEST },
    start: startNginxEarlyData,
    verdicts: WITH_EARLY_DATA,
  },
  {
    name: 'HAProxy (OpenSSL)',
    program: 'haproxy',
    package: 'haproxy',
    start: async (program) => {
      const haproxy = await startHaproxy(program, { tickets: true });
      return { ...haproxy, word: async () => total(await haproxy.log()) };
    },
    verdicts: RESUMES_ALL,
  },
  {
    name: 'gnutls-serv (GnuTLS), asking for a client certificate',
    program: 'gnutls-serv',
    package: 'gnutls-bin',
    start: (program) => startGnutls(program, ['--earlydata']),
    verdicts: WITH_EARLY_DATA,
  },
  {
    // Without early data: GnuTLS 3.7.9 cannot skip them behind a HelloRetryRequest, `openssl s_client` gets bad_record_mac from it too.
    name: 'gnutls-serv (GnuTLS), another group than our first',
    program: 'gnutls-serv',
    package: 'gnutls-bin',
    start: (program) => startGnutls(program, ['--priority', 'NORMAL:-GROUP-ALL:+GROUP-SECP384R1:+GROUP-SECP256R1']),
    client: { groups: 'X25519:P-384:P-256' },
    verdicts: RETRIED,
  },
  {
    // Go's TLS server keeps no sessions, so that there is nothing to a session ID, and its TCP side knows no early data.
    name: 'Caddy (Go)',
    program: 'caddy',
    package: 'caddy',
    client: { request: REQUEST },
    start: startCaddy,
    verdicts: { ...RESUMES_ALL, 'TLSv1.2': { full: 'full', 'session-id': 'no-session', ticket: 'ticket' } },
  },
  { name: 'JSSE (the JDK)', program: 'java', package: 'default-jdk-headless', start: startJsse, verdicts: RESUMES_ALL },
  {
    // It rejects early data for its first 10 s: it cannot know what was replayed before it was there.
    name: 'selfserv (NSS)',
    program: 'selfserv',
    package: 'libnss3-tools',
    start: (program) => startSelfserv(program),
    verdicts: RESUMES_ALL,
  },
  {
    name: 'selfserv (NSS), a cookie in its HelloRetryRequest',
    program: 'selfserv',
    package: 'libnss3-tools',
    silence: 'it tells its counts at its end alone, as the one before has shown',
    start: async (program) => ({ ...(await startSelfserv(program, ['-I', 'P384'])), word: undefined }),
    client: { groups: 'X25519:P-384' },
    verdicts: { ...RETRIED, 'TLSv1.2': {} },
  },
  {
    // Debian's is Botan 2; TLS 1.3 came with Botan 3. The program sets no key for tickets, so it gives none.
    name: 'botan tls_server (Botan)',
    program: 'botan',
    package: 'botan',
    start: startBotan,
    verdicts: {
      'TLSv1.2': { full: 'full', 'session-id': 'session-id', ticket: 'other-mechanism' },
      'TLSv1.3': { full: REFUSED, ticket: REFUSED, 'early-data': REFUSED },
    },
  },
  {
    name: 'node:tls',
    program: undefined,
    package: '',
    start: async () => {
      const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['cache', 'tickets'], onNodeTls: true });
      const word = async () => {
        const { handshakes, resumed } = await server.counts();
        return { full: handshakes - resumed, resumed };
      };
      return { ...server, word };
    },
    verdicts: RESUMES_ALL,
  },
  sServer('early data', { args: ['-early_data', '-no_anti_replay'] }, { verdicts: WITH_EARLY_DATA }),
  sServer(
    'without tickets',
    { args: ['-no_ticket'] },
    {
      verdicts: {
        'TLSv1.2': { full: 'full', 'session-id': 'session-id', ticket: 'other-mechanism' },
        'TLSv1.3': { full: 'full', ticket: 'psk-stateful', 'early-data': 'early-data-rejected' },
      },
    },
  ),
  sServer('P-256 alone', { args: ['-groups', 'P-256'], newKey: RSA }, { client: { groups: 'P-256' } }),
  sServer('P-384 alone', { args: ['-groups', 'P-384'], newKey: RSA }, { client: { groups: 'P-384' } }),
  sServer(
    'another group than our first',
    { args: ['-groups', 'P-384', '-early_data', '-no_anti_replay'], newKey: RSA },
    { client: { groups: 'X25519:P-384' }, verdicts: RETRIED },
  ),
  sServer('ChaCha20 alone', {
    args: ['-cipher', 'ECDHE-ECDSA-CHACHA20-POLY1305', '-ciphersuites', 'TLS_CHACHA20_POLY1305_SHA256'],
  }),
  sServer('AES-128 alone', {
    args: ['-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256', '-ciphersuites', 'TLS_AES_128_GCM_SHA256'],
  }),
  sServer('fragments of 512 bytes', { args: ['-max_send_frag', '512', '-split_send_frag', '512'] }),
  sServer('asking for a client certificate', { args: ['-verify', '1'] }),
  sServer('without extended master secret', { isExtendedMasterSecretOff: true }),
  sServer('five tickets', { args: ['-num_tickets', '5'] }),
  sServer('an RSA key', { newKey: RSA }),
  sServer('an RSA-PSS key', { newKey: ['rsa-pss', '-pkeyopt', 'rsa_keygen_bits:2048'] }),
  sServer('an ECDSA key on P-384', { newKey: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'] }),
  sServer('an Ed25519 key', { newKey: ['ed25519'] }),
];

const total = (log: Readonly<Record<string, { readonly full: number; readonly resumed: number }>>) => ({
  full: Object.values(log).reduce((sum, { full }) => sum + full, 0),
  resumed: Object.values(log).reduce((sum, { resumed }) => sum + resumed, 0),
});
