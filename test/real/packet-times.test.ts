import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarize } from '../../src/analysis/summary/cell-summary.ts';
import { Resumark } from '../e2e/resumark.ts';
import { mayCapture, startCapture, type CapturedConnection } from '../servers/capture.ts';
import { startNginx, type Nginx } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';

/** An independent clock: the kernel's, on every packet. */
const nginxProgram = findProgram('nginx', 'nginx-light libnginx-mod-stream');
const dumpcap = findProgram('dumpcap', 'tshark');
const tshark = findProgram('tshark', 'tshark');
const canCapture = dumpcap !== undefined && tshark !== undefined && (await mayCapture(dumpcap));

const HANDSHAKES = 1000;

/**
 * Our time begins before the ClientHello is made, the packets' when it is sent: 30 to 100 us of the client's CPU lie between. With so many in
 * flight a handshake takes some ms, of which that is little.
 */
const CONCURRENCY = 32;

/**
 * When a handshake is over as the wire shows it: where the client speaks last, by its second packet, which brings its Finished; in a full
 * handshake of TLS 1.2 by the reset with which our client ends the connection as soon as it has read the server's.
 */
const handshakeMs = ({ clientDataMs, clientResetMs }: CapturedConnection, isServerLast: boolean): number | undefined => {
  const [hello, finished] = clientDataMs;
  const end = isServerLast ? clientResetMs : finished;
  return hello === undefined || end === undefined ? undefined : end - hello;
};

const quantile = (sorted: readonly number[], p: number): number => sorted[Math.ceil(p * sorted.length) - 1] ?? Number.NaN;

describe.skipIf(nginxProgram === undefined || !canCapture)(
  'packets on loopback (Debian: tshark; and the right to capture)',
  () => {
    let nginx: Nginx;
    let resumark: Resumark;
    beforeAll(async () => {
      nginx = await startNginx(nginxProgram ?? '', { cache: 'off', tickets: true, keyType: 'rsa-2048' });
      resumark = await Resumark.create();
    });
    afterAll(async () => {
      await Promise.all([nginx.close(), resumark.close()]);
    });

    it.each([
      { engine: 'openssl', tls: '1.2', mode: 'full', isServerLast: true },
      { engine: 'openssl', tls: '1.2', mode: 'ticket', isServerLast: false },
      { engine: 'openssl', tls: '1.3', mode: 'full', isServerLast: false },
      { engine: 'openssl', tls: '1.3', mode: 'ticket', isServerLast: false },
      { engine: 'wire', tls: '1.2', mode: 'ticket', isServerLast: false },
      { engine: 'wire', tls: '1.3', mode: 'full', isServerLast: false },
    ] as const)(
      'show the times that engine $engine measures of TLS $tls $mode: p50 and p90 within 5 %',
      async ({ engine, tls, mode, isServerLast }) => {
        const capture = await startCapture({ dumpcap: dumpcap ?? '', tshark: tshark ?? '', port: nginx.port });
        const flags = [
          '-k',
          '--engine',
          engine,
          '--tls',
          tls,
          '-m',
          mode,
          '-n',
          String(HANDSHAKES),
          '-c',
          String(CONCURRENCY),
          '--rounds',
          '1',
          '--warmup',
          '0',
        ];
        const { record } = await resumark.measure('run', `127.0.0.1:${String(nginx.port)}`, ...flags);
        const connections = await capture.end();
        // Those before are of the preflight and of priming.
        const packets = connections
          .slice(-HANDSHAKES)
          .flatMap((one) => handshakeMs(one, isServerLast) ?? [])
          .toSorted((a, b) => a - b);
        expect(packets).toHaveLength(HANDSHAKES);
        const [cell] = summarize(record);
        for (const p of [0.5, 0.9]) {
          const ratio = (cell?.handshakeNs.quantileNs(p) ?? 0) / 1e6 / quantile(packets, p);
          expect(ratio).toBeGreaterThan(0.95);
          expect(ratio).toBeLessThan(1.05);
        }
      },
    );
  },
);
