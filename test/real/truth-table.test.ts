import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mechanism } from '../../src/domain/kind.ts';
import type { Mode } from '../../src/domain/mode.ts';
import type { Protocol } from '../../src/domain/protocol.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { blocksOf, Resumark, total } from '../e2e/resumark.ts';
import { startHaproxy } from '../servers/haproxy.ts';
import { startNginx, type NginxOptions } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';

/** What a mode must turn out to be: the mechanism when it is honoured, the reason when it is declined. */
type Verdict = Mechanism | 'full' | 'no-session' | 'refused';

interface Row {
  readonly server: NginxOptions;
  readonly verdicts: Readonly<Record<Protocol, Partial<Readonly<Record<Mode, Verdict>>>>>;
  readonly exitCode: number;
}

/** "What nginx does per mode", measured on nginx 1.22 with OpenSSL 3.0. */
const NGINX: readonly Row[] = [
  {
    server: { cache: 'off', tickets: false },
    verdicts: {
      'TLSv1.2': { full: 'full', 'session-id': 'no-session', ticket: 'no-session' },
      'TLSv1.3': { full: 'full', ticket: 'refused' },
    },
    exitCode: 4,
  },
  {
    server: { cache: 'none', tickets: false },
    verdicts: {
      'TLSv1.2': { full: 'full', 'session-id': 'refused', ticket: 'refused' },
      'TLSv1.3': { full: 'full', ticket: 'refused' },
    },
    exitCode: 4,
  },
  {
    // A TLS 1.2 client that would take a ticket is resumed by its session ID: not what mode `ticket` asks for.
    server: { cache: 'shared', tickets: false },
    verdicts: {
      'TLSv1.2': { full: 'full', 'session-id': 'session-id' },
      'TLSv1.3': { full: 'full', ticket: 'psk-stateful' },
    },
    exitCode: 4,
  },
  {
    server: { cache: 'off', tickets: true },
    verdicts: {
      'TLSv1.2': { full: 'full', 'session-id': 'no-session', ticket: 'ticket' },
      'TLSv1.3': { full: 'full', ticket: 'psk' },
    },
    exitCode: 4,
  },
  {
    server: { cache: 'shared', tickets: true },
    verdicts: {
      'TLSv1.2': { full: 'full', 'session-id': 'session-id', ticket: 'ticket' },
      'TLSv1.3': { full: 'full', ticket: 'psk' },
    },
    exitCode: 0,
  },
];

const HANDSHAKES = 60;
const FLAGS = ['-n', String(HANDSHAKES), '-c', '8', '--rounds', '2', '--warmup', '0'];
// With modes and end named no handshake is made to find out which the server has and which its cache survives.
const MODES = ['-m', 'full,session-id,ticket'];
const RESET = ['--close', 'reset'];

const ENGINES = ['wire', 'openssl', 'node'] as const;

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const verdictOf = (record: RunRecord, protocol: Protocol, mode: Mode): string => {
  const blocks = blocksOf(record, { protocol, mode });
  if (total(blocks, (block) => block.handshakes) !== HANDSHAKES) return `not ${String(HANDSHAKES)} handshakes`;
  const seen = new Set(
    blocks.flatMap((block) => [
      ...Object.keys(block.declined),
      ...(block.honoured > 0 && mode === 'full' ? ['full'] : Object.keys(block.mechanisms)),
    ]),
  );
  return [...seen].join(' and ');
};

/** Handshakes of the record as the server must have seen them: measured, primed, probed, and those that prepared the run. */
const asSeenByServer = (record: RunRecord, protocol: Protocol, preparing = 1) => {
  const blocks = record.blocks.filter((block) =>
    record.cells.some((cell) => cell.id === block.cell && cell.protocol === protocol),
  );
  const resumed = total(blocks, (block) => Object.values(block.mechanisms).reduce((a, b) => a + b, 0));
  const otherMechanism = total(blocks, (block) => block.declined['other-mechanism'] ?? 0);
  const probesResumed = total(blocks, (block) => (block.declined.refused === undefined ? block.primed.probes : 0));
  const all = total(blocks, (block) => block.handshakes + block.primed.handshakes + block.primed.probes) + preparing;
  const allResumed = resumed + otherMechanism + probesResumed;
  return { full: all - allResumed, resumed: allResumed };
};

const nginxProgram = findProgram('nginx', 'nginx-light libnginx-mod-stream');

describe.skipIf(nginxProgram === undefined)('against a real nginx (Debian: nginx-light, libnginx-mod-stream)', () => {
  const rows = ENGINES.flatMap((engine) => NGINX.map((row) => ({ engine, ...row })));
  it.each(rows)(
    'engine $engine, cache $server.cache, tickets $server.tickets: every verdict and count is the one in its log',
    async ({ engine, ...row }) => {
      const nginx = await startNginx(nginxProgram ?? '', row.server);
      try {
        const target = `127.0.0.1:${String(nginx.port)}`;
        const flags = ['--engine', engine, '--cacert', nginx.certificatePath, ...MODES, ...RESET, ...FLAGS];
        const { record, code } = await resumark.measure('run', target, ...flags);
        for (const [protocol, modes] of Object.entries(row.verdicts) as [Protocol, Row['verdicts'][Protocol]][]) {
          for (const [mode, verdict] of Object.entries(modes)) {
            expect(`${protocol} ${mode}: ${verdictOf(record, protocol, mode as Mode)}`).toBe(`${protocol} ${mode}: ${verdict}`);
          }
        }
        const log = await nginx.log();
        expect(log['TLSv1.2']).toEqual(asSeenByServer(record, 'TLSv1.2'));
        expect(log['TLSv1.3']).toEqual(asSeenByServer(record, 'TLSv1.3'));
        expect(code).toBe(row.exitCode);
      } finally {
        await nginx.close();
      }
    },
  );

  it('TLS 1.3 ticket with cache and tickets off exits 4 with a sentence that says what was asked and what happened', async () => {
    const nginx = await startNginx(nginxProgram ?? '', { cache: 'off', tickets: false });
    try {
      const target = `127.0.0.1:${String(nginx.port)}`;
      const finished = await resumark.measure('run', target, '-k', '--tls', '1.3', '-m', 'ticket', ...RESET, ...FLAGS);
      expect(finished.code).toBe(4);
      expect(finished.stderr).toContain(
        'error: target TLS 1.3 ticket was requested but never honoured: 60 finished handshakes; 60 times the server refused the session.',
      );
    } finally {
      await nginx.close();
    }
  });
});

const haproxyProgram = findProgram('haproxy', 'haproxy');

describe.skipIf(haproxyProgram === undefined)('against a real HAProxy (Debian: haproxy)', () => {
  const rows = [
    { tickets: true, verdicts: { 'TLSv1.2': { 'session-id': 'session-id', ticket: 'ticket' }, 'TLSv1.3': { ticket: 'psk' } } },
    { tickets: false, verdicts: { 'TLSv1.2': { 'session-id': 'session-id' }, 'TLSv1.3': { ticket: 'psk-stateful' } } },
  ].flatMap((row) => ENGINES.map((engine) => ({ engine, ...row })));
  it.each(rows)(
    'engine $engine, tickets $tickets: every verdict and count is the one in its log',
    async ({ engine, tickets, verdicts }) => {
      const haproxy = await startHaproxy(haproxyProgram ?? '', { tickets });
      try {
        const target = `127.0.0.1:${String(haproxy.port)}`;
        // HAProxy finishes, but does not log, a handshake whose connection is reset before its session has begun.
        const flags = ['--engine', engine, '--cacert', haproxy.certificatePath, '--close', 'notify', ...MODES, ...FLAGS];
        const { record } = await resumark.measure('run', target, ...flags);
        for (const [protocol, modes] of Object.entries(verdicts) as [Protocol, Record<string, string>][]) {
          for (const [mode, verdict] of Object.entries(modes)) {
            expect(`${protocol} ${mode}: ${verdictOf(record, protocol, mode as Mode)}`).toBe(`${protocol} ${mode}: ${verdict}`);
          }
        }
        const log = await haproxy.log();
        // Beside the preflight, the handshake that shows whether the server answers close_notify.
        expect(log['TLSv1.2']).toEqual(asSeenByServer(record, 'TLSv1.2', 2));
        expect(log['TLSv1.3']).toEqual(asSeenByServer(record, 'TLSv1.3'));
      } finally {
        await haproxy.close();
      }
    },
  );
});
