import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarize } from '../../src/analysis/summary/cell-summary.ts';
import type { LatencyHistogram } from '../../src/stats/histogram.ts';
import { Resumark } from '../e2e/resumark.ts';
import { mayCapture, startCapture, type CapturedConnection } from '../servers/capture.ts';
import { startNginx, type Nginx } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';

/** An independent clock: the kernel's, on every packet. */
const nginxProgram = findProgram('nginx', 'nginx-light libnginx-mod-stream');
const dumpcap = findProgram('dumpcap', 'tshark');
const tshark = findProgram('tshark', 'tshark');
const canCapture = dumpcap !== undefined && tshark !== undefined && (await mayCapture(dumpcap));

/** A handshake as the wire shows it, in ms. The server speaks last in a full handshake of TLS 1.2, else the client. */
interface WireTimes {
  /** From each flight of the client until the last packet of the answer to it, added up. */
  readonly waitMs: number;
  /** From the ClientHello until the client's last flight was sent, or the server's arrived. */
  readonly wholeMs: number;
}

const wireTimes = ({ clientDataMs, serverDataMs }: CapturedConnection, isServerLast: boolean): WireTimes | undefined => {
  const [hello, second] = clientDataMs;
  if (hello === undefined || second === undefined) return undefined;
  const answer = serverDataMs.findLast((ms) => ms < second);
  const last = isServerLast ? serverDataMs.at(-1) : second;
  if (answer === undefined || last === undefined) return undefined;
  return { waitMs: answer - hello + (last - second), wholeMs: last - hello };
};

const quantile = (values: readonly number[], p: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(p * values.length) - 1] ?? Number.NaN;

const ENGINES = ['wire', 'openssl'] as const;
const KINDS = [
  { tls: '1.2', mode: 'full' },
  { tls: '1.2', mode: 'ticket' },
  { tls: '1.3', mode: 'full' },
  { tls: '1.3', mode: 'ticket' },
] as const;
const IN_FLIGHT = (process.env['PT_C'] ?? '1,4,16,64').split(',').map(Number);

const CASES = ENGINES.flatMap((engine) => KINDS.flatMap((kind) => IN_FLIGHT.map((inFlight) => ({ engine, ...kind, inFlight }))));

describe.skipIf(nginxProgram === undefined || !canCapture)(
  'packets on loopback (Debian: tshark; and the right to capture)',
  () => {
    let nginx: Nginx;
    let resumark: Resumark;
    beforeAll(async () => {
      nginx = await startNginx(nginxProgram ?? '', { cache: 'off', tickets: true });
      resumark = await Resumark.create();
    });
    afterAll(async () => {
      await Promise.all([nginx.close(), resumark.close()]);
    });

    it.each(CASES)(
      'show the times that engine $engine measures of TLS $tls $mode with $inFlight in flight',
      async ({ engine, tls, mode, inFlight }) => {
        const handshakes = inFlight === 1 ? 500 : 1000;
        const capture = await startCapture({ dumpcap: dumpcap ?? '', tshark: tshark ?? '', port: nginx.port });
        const flags = `-k --engine ${engine} --tls ${tls} -m ${mode} -n ${String(handshakes)} -c ${String(inFlight)}`;
        const { record } = await resumark.measure(
          'run',
          `127.0.0.1:${String(nginx.port)}`,
          ...`${flags} --rounds 1 --warmup 0 --close reset`.split(' '),
        );
        const connections = await capture.end();
        // Those before are of the preparation and of priming.
        const isServerLast = tls === '1.2' && mode === 'full';
        const times = connections.slice(-handshakes).flatMap((one) => wireTimes(one, isServerLast) ?? []);
        expect(times).toHaveLength(handshakes);
        const [cell] = summarize(record);
        const split = cell?.split;
        const waits = times.map(({ waitMs }) => waitMs);
        const ratio = (of: LatencyHistogram | undefined, p: number): number => (of?.quantileNs(p) ?? 0) / 1e6 / quantile(waits, p);
        const r = [0.5, 0.9, 0.99].map((p) => ratio(split?.waitNs, p));
        const mean = (of: readonly number[]): number => of.reduce((sum, ms) => sum + ms, 0) / of.length;
        const meanUs = (of: LatencyHistogram | undefined): number => (of?.meanNs ?? 0) / 1e3;
        const whole = (meanUs(split?.waitNs) + meanUs(split?.clientNs) + meanUs(split?.queueNs)) / 1e3 / mean(times.map(({ wholeMs }) => wholeMs));
        (await import('node:fs')).appendFileSync('/tmp/w/pt.txt', [engine, tls, mode, inFlight, cell?.clock, 'wait', r.map((x) => x.toFixed(3)).join(' '), 'whole', whole.toFixed(3), 'us: wait', (quantile(waits, 0.5)*1000).toFixed(0), 'client', ((split?.clientNs.quantileNs(0.5)??0)/1e3).toFixed(0), 'queue', ((split?.queueNs.quantileNs(0.5)??0)/1e3).toFixed(0), 'connect', ((cell?.connectNs.quantileNs(0.5)??0)/1e3).toFixed(0), (quantile(connections.slice(-handshakes).flatMap(x=>x.synAckMs??[]),0.5)*1000).toFixed(0)].join(' ') + '\n');
        expect(cell?.clock).toBe('kernel');
        for (const p of [0.5, 0.9]) {
          expect(ratio(split?.waitNs, p)).toBeGreaterThan(inFlight === 1 ? 0.95 : 0.97);
          expect(ratio(split?.waitNs, p)).toBeLessThan(inFlight === 1 ? 1.05 : 1.03);
        }
      },
    );
  },
);
