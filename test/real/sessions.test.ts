import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Resumark, total } from '../e2e/resumark.ts';
import { startNginx } from '../servers/nginx.ts';
import { startPskAlertRelay } from '../servers/relays.ts';
import { findProgram } from '../servers/require-program.ts';
import { startServerProgram } from '../servers/server-program.ts';

const nginxProgram = findProgram('nginx', 'nginx-light libnginx-mod-stream');
const haproxyProgram = findProgram('haproxy', 'haproxy');

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const startHaproxyBefore = (ports: readonly number[]) =>
  startServerProgram({
    command: [haproxyProgram ?? '', '-db', '-f', 'haproxy.cfg'],
    files: { 'haproxy.cfg': ROUND_ROBIN },
    values: { servers: ports.map((port, index) => `    server s${String(index)} 127.0.0.1:${String(port)}`).join('\n') },
  });

const ROUND_ROBIN = `
global
    nbthread 1
defaults
    mode tcp
    timeout client 5s
    timeout connect 5s
    timeout server 5s
listen balancer
    bind {{address}}:{{port}}
    balance roundrobin
{{servers}}
`;

const isMissing = nginxProgram === undefined || haproxyProgram === undefined;

describe.skipIf(isMissing)('two nginx with ticket keys of their own, balanced by HAProxy (Debian: nginx-light, haproxy)', () => {
  it.each([
    ['-c', '1'],
    ['-c', '4'],
    ['-c', '16'],
    ['-c', '17'],
    ['-c', '1', '--load', 'sequential'],
    ['-r', '300/s', '-c', '64'],
  ])('resume half of the sessions with %s %s %s %s', async (...load) => {
    const servers = await Promise.all([0, 1].map(() => startNginx(nginxProgram ?? '', { cache: 'off', tickets: true })));
    const balancer = await startHaproxyBefore(servers.map(({ port }) => port));
    try {
      const flags = [
        '-k',
        '-m',
        'ticket',
        '--tls',
        '1.3',
        '-n',
        '600',
        '--rounds',
        '2',
        '--warmup',
        '0',
        ...load.filter(Boolean),
      ];
      const { record } = await resumark.measure('run', `127.0.0.1:${String(balancer.port)}`, ...flags);
      const handshakes = total(record.blocks, (block) => block.handshakes);
      const share = total(record.blocks, (block) => block.honoured) / handshakes;
      // Five standard deviations of independent clients on either side.
      expect(Math.abs(share - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(handshakes));
    } finally {
      await balancer.close();
      await Promise.all(servers.map((server) => server.close()));
    }
  });
});

describe.skipIf(nginxProgram === undefined)('a server that breaks off a handshake when a session is offered', () => {
  it('is said to, with its alert, and not to have given no session', async () => {
    const nginx = await startNginx(nginxProgram ?? '', { cache: 'off', tickets: true });
    const relay = await startPskAlertRelay(nginx.port);
    try {
      const flags = ['-k', '-m', 'ticket', '--tls', '1.3', '-n', '60', '-c', '4', '--warmup', '0', '--stop-at-errors', '100%'];
      const { stderr, code } = await resumark.measure('run', `127.0.0.1:${String(relay.port)}`, ...flags);
      expect(code).toBe(4);
      expect(stderr).toContain('the server breaks off those in which a session is offered');
      expect(stderr).toMatch(/the server sent an alert \(internal_error\)/u);
    } finally {
      await relay.close();
      await nginx.close();
    }
  });
});
