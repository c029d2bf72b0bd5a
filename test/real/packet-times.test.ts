import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarize, type CellSummary } from '../../src/analysis/summary/cell-summary.ts';
import { Resumark } from '../e2e/resumark.ts';
import { mayCapture, startCapture, type CapturedConnection } from '../servers/capture.ts';
import { startNginxHttp } from '../servers/nginx-http.ts';
import { findProgram } from '../servers/require-program.ts';
import type { ServerProgram } from '../servers/server-program.ts';

/** An independent clock: the kernel's, on every packet. */
const nginxProgram = findProgram('nginx', 'nginx-light libnginx-mod-stream');
const dumpcap = findProgram('dumpcap', 'tshark');
const tshark = findProgram('tshark', 'tshark');
const canCapture = dumpcap !== undefined && tshark !== undefined && (await mayCapture(dumpcap));

const HANDSHAKES = 600;

/**
 * Our time begins right before the call that sends, the packet's where the kernel hands it to the
 * device: what lies between is the kernel's work for one segment, once per flight. On a busy machine
 * that takes up to 45 us of the slowest, and some calls are interrupted: of these the packets' quantile
 * is one a little further on.
 */
const QUANTILES = [
  { p: 0.5, packetsP: 0.51, sendPathMs: 0.015 },
  { p: 0.9, packetsP: 0.91, sendPathMs: 0.06 },
  { p: 0.99, packetsP: 0.995, sendPathMs: 0.06 },
] as const;

/** A handshake as the wire shows it, in ms. The server speaks last in a full handshake of TLS 1.2, else the client. */
interface WireTimes {
  /** From each flight of the client until the last packet of the answer to it, added up. */
  readonly waitMs: number;
  /** From the ClientHello until the last flight, whichever side sent it. */
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

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const meanPartsMs = ({ split }: CellSummary): number =>
  [split?.waitNs, split?.clientNs, split?.queueNs].reduce((sum, part) => sum + (part?.meanNs ?? 0), 0) / 1e6;

const KINDS = [
  { tls: '1.2', mode: 'full', inFlight: 1 },
  { tls: '1.2', mode: 'full', inFlight: 16 },
  { tls: '1.2', mode: 'ticket', inFlight: 4 },
  { tls: '1.3', mode: 'full', inFlight: 64 },
  { tls: '1.3', mode: 'ticket', inFlight: 1 },
  { tls: '1.3', mode: 'ticket', inFlight: 16 },
] as const;

const CASES = (['wire', 'openssl'] as const).flatMap((engine) => KINDS.map((kind) => ({ engine, ...kind })));

describe.skipIf(nginxProgram === undefined || !canCapture)(
  'packets on loopback (Debian: tshark; and the right to capture)',
  () => {
    let nginx: ServerProgram;
    let resumark: Resumark;
    beforeAll(async () => {
      nginx = await startNginxHttp(nginxProgram ?? '');
      resumark = await Resumark.create();
    });
    afterAll(async () => {
      await Promise.all([nginx.close(), resumark.close()]);
    });

    it.each(CASES)(
      'show the times that engine $engine measures of TLS $tls $mode with $inFlight in flight, however busy the machine is',
      async ({ engine, tls, mode, inFlight }) => {
        const isServerLast = tls === '1.2' && mode === 'full';
        const capture = await startCapture({ dumpcap: dumpcap ?? '', tshark: tshark ?? '', port: nginx.port });
        const flags = `-k --engine ${engine} --tls ${tls} -m ${mode} -n ${String(HANDSHAKES)} -c ${String(inFlight)}`;
        const plan = '--rounds 1 --warmup 0 --close reset';
        const target = `127.0.0.1:${String(nginx.port)}`;
        const { record } = await resumark.measure('run', target, ...`${flags} ${plan}`.split(' '));
        // Those before are of the preparation and of priming.
        const connections = (await capture.end()).slice(-HANDSHAKES);
        const times = connections.flatMap((one) => wireTimes(one, isServerLast) ?? []);
        expect(times).toHaveLength(HANDSHAKES);
        // A generator that was held up for long leaves its block out of results; its times are true all the same.
        const [cell] = summarize({ ...record, blocks: record.blocks.map((block) => ({ ...block, valid: true })) });
        if (cell === undefined) throw new Error('nothing was measured');
        expect(cell.clock).toBe('kernel');
        const waits = times.map(({ waitMs }) => waitMs);
        for (const { p, packetsP, sendPathMs } of QUANTILES) {
          const measured = (cell.split?.waitNs.quantileNs(p) ?? 0) / 1e6;
          expect(measured).toBeGreaterThan(0.97 * quantile(waits, p));
          expect(measured).toBeLessThan(1.03 * quantile(waits, packetsP) + (isServerLast ? 2 : 1) * sendPathMs);
        }
        // Where the client speaks last, the packets hold its work and its queue, too: the parts make up the whole.
        if (!isServerLast) expect(meanPartsMs(cell) / mean(times.map(({ wholeMs }) => wholeMs))).toBeCloseTo(1, 1);
      },
    );
  },
);
