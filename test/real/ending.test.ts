import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, Resumark, total } from '../e2e/resumark.ts';
import { startHaproxy } from '../servers/haproxy.ts';
import { startNginx } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';
import { startServerProgram, type ServerProgram } from '../servers/server-program.ts';
import { startStunnel } from '../servers/stunnel.ts';

const ENGINES = ['wire', 'openssl', 'node'] as const;

/** Sessions are offered many times, and the last one long after a reset of the first would have arrived. */
const FLAGS = ['-k', '-n', '100', '-c', '4', '--rounds', '2', '--warmup', '0'];

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const measured = async ({ port }: ServerProgram, ...flags: readonly string[]) =>
  resumark.measure('run', `127.0.0.1:${String(port)}`, ...FLAGS, ...flags);

/** The share of sessions that lived in the server and were resumed. */
const honouredShares = async (server: ServerProgram, ...flags: readonly string[]) => {
  const { record } = await measured(server, '-m', 'session-id,ticket', ...flags);
  const shareOf = (protocol: 'TLSv1.2' | 'TLSv1.3', mode: 'session-id' | 'ticket'): number => {
    const blocks = blocksOf(record, { protocol, mode });
    return total(blocks, ({ honoured }) => honoured) / total(blocks, ({ handshakes }) => handshakes);
  };
  return { sessionId: shareOf('TLSv1.2', 'session-id'), stateful: shareOf('TLSv1.3', 'ticket'), record };
};

/** Counts the client's ports that wait for the end of connections to a port of this machine (state TIME_WAIT). */
const portsHeld = async (port: number): Promise<number> => {
  const destination = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/u));
  return lines.filter(([, , remote = '', state]) => remote.endsWith(destination) && state === '06').length;
};

const haproxyProgram = findProgram('haproxy', 'haproxy');
const stunnelProgram = findProgram('stunnel4', 'stunnel4');
const nginxProgram = findProgram('nginx', 'nginx-light libnginx-mod-stream');

describe.skipIf(haproxyProgram === undefined)(
  'HAProxy, which forgets a session whose connection is reset (Debian: haproxy)',
  () => {
    let haproxy: ServerProgram;
    beforeAll(async () => {
      haproxy = await startHaproxy(haproxyProgram ?? '', { tickets: false, waits: true });
    });
    afterAll(() => haproxy.close());

    it.each(ENGINES)('keeps every session of engine %s, and our own sockets hold no port afterwards', async (engine) => {
      const { sessionId, stateful, record } = await honouredShares(haproxy, '--engine', engine);
      expect({ sessionId, stateful }).toEqual({ sessionId: 1, stateful: 1 });
      expect(record.ending).toMatchObject({ style: 'notify', reason: 'sessions-lost', unanswered: [] });
      expect(record.notices).toContainEqual(expect.objectContaining({ code: 'closed-in-order' }));
      // node:tls ends its side first. A few are of the test itself, which waited for the server.
      if (engine !== 'node') expect(await portsHeld(haproxy.port)).toBeLessThan(10);
    });

    it('loses them where a reset is what was asked for: the cause is our end', async () => {
      const { sessionId, stateful, record } = await honouredShares(haproxy, '--close', 'reset');
      expect(Math.min(sessionId, stateful)).toBeLessThan(0.9);
      expect(record.ending).toMatchObject({ style: 'reset', reason: 'asked' });
    });
  },
);

describe.skipIf(stunnelProgram === undefined)('stunnel, which forgets on any end but an orderly one (Debian: stunnel4)', () => {
  // Its stateful TLS 1.3 tickets resume every other time only, also for a client that ends each connection in order.
  it.each(ENGINES)('keeps every session ID of engine %s', async (engine) => {
    const stunnel = await startStunnel(stunnelProgram ?? '');
    try {
      const { sessionId, record } = await honouredShares(stunnel, '--engine', engine);
      expect(sessionId).toBe(1);
      expect(record.ending?.style).toBe('notify');
    } finally {
      await stunnel.close();
    }
  });
});

describe.skipIf(nginxProgram === undefined)(
  'nginx, whose cache survives a reset (Debian: nginx-light, libnginx-mod-stream)',
  () => {
    it('is measured with resets', async () => {
      const nginx = await startNginx(nginxProgram ?? '', { cache: 'shared', tickets: false });
      try {
        const { sessionId, stateful, record } = await honouredShares(nginx);
        expect({ sessionId, stateful }).toEqual({ sessionId: 1, stateful: 1 });
        expect(record.ending).toMatchObject({ style: 'reset', reason: 'harmless' });
      } finally {
        await nginx.close();
      }
    });
  },
);

describe('a server that never answers close_notify', () => {
  it('is named, and the wait for it is in no rate', async () => {
    const silent = await startServerProgram({
      command: [
        process.execPath,
        fileURLToPath(new URL('../servers/never-closing.mjs', import.meta.url)),
        'certificate.pem',
        'key.pem',
        '{{port}}',
      ],
    });
    try {
      const { record } = await measured(silent, '--close', 'notify', '--tls', '1.3', '-m', 'full');
      expect(record.notices).toContainEqual(
        expect.objectContaining({ code: 'close-unanswered', states: ['target'], waitMs: 250, holdsLoad: false }),
      );
      // Two blocks of 50 handshakes by 4 clients: if each of them waited, a block would take 12 waits.
      for (const { durationNs } of record.blocks) expect(durationNs).toBeLessThan(12 * 250e6);
    } finally {
      await silent.close();
    }
  });
});
