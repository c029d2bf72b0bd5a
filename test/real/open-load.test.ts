import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarize } from '../../src/analysis/summary/cell-summary.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { LatencyHistogram, type EncodedHistogram } from '../../src/stats/histogram.ts';
import { Resumark, total } from '../e2e/resumark.ts';
import { startNginx, type Nginx, type NginxOptions } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';
import { stall } from '../servers/stall.ts';

const program = findProgram('nginx', 'nginx-light libnginx-mod-stream');

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const withNginx = async (options: NginxOptions, use: (nginx: Nginx, target: string) => Promise<void>): Promise<void> => {
  const nginx = await startNginx(program ?? '', options);
  try {
    await use(nginx, `127.0.0.1:${String(nginx.port)}`);
  } finally {
    await nginx.close();
  }
};

const scenario = async (name: string, target: string, text: string): Promise<string> => {
  const path = join(resumark.results, '..', `${name}-${String(process.pid)}.yaml`);
  await writeFile(path, `states: { edge: { target: '${target}', insecure: true } }\n${text}`);
  return path;
};

const BOTH: NginxOptions = { cache: 'shared', tickets: true };

/** Arrivals while the server stalls. */
const PER_SECOND = 500;

describe.skipIf(program === undefined)('load by schedule on a real nginx (Debian: nginx-light)', () => {
  it('a server that stalls for one second shows in the response time of all that arrive, and in one service time of closed load', () =>
    withNginx(BOTH, async (nginx, target) => {
      const stalledFor = async (...load: readonly string[]) => {
        const before = await nginx.logged();
        const cell = ['-k', '--tls', '1.2', '-m', 'ticket', '-d', '4s', '--clients', '40', ...ONE_BLOCK];
        const running = resumark.measure('run', target, ...cell, ...load);
        // More than the preflight and the priming make: the window has begun.
        while ((await nginx.logged()) < before + 100) await new Promise((resolve) => setTimeout(resolve, 20));
        const stallMs = await stall(nginx.pid, 1000);
        // In closed load none arrives meanwhile.
        const secondsEach = load.includes('-r') ? await untilLogged(nginx, Math.round((stallMs * PER_SECOND) / 1000)) : 0;
        return { stallMs, secondsEach, record: (await running).record };
      };

      const open = await stalledFor('-r', `${String(PER_SECOND)}/s`);
      const schedule = open.record.blocks[0]?.schedule ?? undefined;
      expect(schedule).toMatchObject({ due: 4 * PER_SECOND, dropped: 0, connectionLimited: 0 });
      const responseNs = decoded(schedule?.responseNs);
      expect((responseNs.quantileNs(0.999) ?? 0) / 1e6 / open.stallMs).toBeCloseTo(1, 1);
      expect({
        count: responseNs.count,
        errors: open.record.blocks[0]?.errors,
        declined: open.record.blocks[0]?.declined,
      }).toEqual({ count: 4 * PER_SECOND, errors: {}, declined: {} });

      const closed = await stalledFor('-c', '1');
      const service = decoded(closed.record.blocks[0]?.handshakeNs);
      expect((service.maxNs ?? 0) / 1e6 / closed.stallMs).toBeCloseTo(1, 1);
      expect((service.quantileNs(0.999) ?? 0) / 1e6).toBeLessThan(closed.stallMs / 4);
      expect(above(service, 0.5 * closed.stallMs)).toBe(1);

      // Half of those that arrive during the stall wait for more than half of it, if the rest is served at once when it is over. At most
      // they are served one after another while more arrive, at the pace of the server's own log.
      const atOnce = (PER_SECOND * (0.5 * open.stallMs)) / 1000;
      const atItsPace = atOnce / (1 - PER_SECOND * open.secondsEach);
      expect(above(responseNs, 0.5 * open.stallMs) / atOnce).toBeGreaterThan(0.95);
      expect(above(responseNs, 0.5 * open.stallMs) / atItsPace).toBeLessThan(1.05);
    }));

  it('a mix of 20 % and 80 % is just that, by our count and by its own log', () =>
    withNginx(BOTH, async (nginx, target) => {
      const path = await scenario(
        'mix',
        target,
        `load: { rate: 400/s, mix: { full: 20%, ticket: 80% } }\n${PLAN}protocols: ['1.2']\n`,
      );
      const { record } = await resumark.measure('run', path, '--close', 'reset');
      expect(record.blocks.map(({ cell, schedule, honoured }) => [cell, schedule?.due, honoured])).toEqual([
        ['edge.TLSv1.2.full', 160, 160],
        ['edge.TLSv1.2.ticket', 640, 640],
      ]);
      // Beside the measured: one full handshake of the preflight, and those that primed.
      const primed = total(record.blocks, (block) => block.primed.handshakes);
      expect(await nginx.log()).toEqual({ 'TLSv1.2': { full: 160 + primed + 1, resumed: 640 } });
      expect(summarize(record).map(({ mix }) => [mix?.askedShare, mix?.gotShare])).toEqual([
        [0.2, 0.2],
        [0.8, 0.8],
      ]);
    }));

  it('two populations at once are told apart, by our count and by its own log', () =>
    withNginx(BOTH, async (nginx, target) => {
      const parts = `[{ protocol: '1.2', mode: session-id, share: 30% }, { protocol: '1.3', mode: ticket, share: 70% }]`;
      const path = await scenario(
        'populations',
        target,
        `load: { rate: 200/s, arrivals: poisson, mix: ${parts} }\nseed: 7\n${PLAN}`,
      );
      const { record } = await resumark.measure('run', path, '--close', 'reset');
      const [old, modern] = record.blocks;
      if (old === undefined || modern === undefined) throw new Error('there are two cells');
      const all = old.handshakes + modern.handshakes;
      // 400 are expected and their number is Poisson's, whose deviation is 20.
      expect(Math.abs(all - 400)).toBeLessThan(80);
      expect(Math.abs(old.handshakes - 0.3 * all)).toBeLessThanOrEqual(7);
      expect([old.honoured, modern.honoured]).toEqual([old.handshakes, modern.handshakes]);
      const log = await nginx.log();
      expect(log['TLSv1.2']?.resumed).toBe(old.honoured);
      expect(log['TLSv1.3']?.resumed).toBe(modern.honoured + modern.primed.probes);
    }));

  it('a storm lets every client reconnect once, warm or cold', () =>
    withNginx(BOTH, async (nginx, target) => {
      const storm = ['--load', 'storm', '--clients', '600', '--over', '500ms', '--tls', '1.3', '-w', '2', '--warmup', '0'];
      const { record } = await resumark.measure('run', target, '-k', '-m', 'full,ticket', ...storm);
      const due = Object.fromEntries(record.blocks.map(({ cell, schedule, honoured }) => [cell, [schedule?.due, honoured]]));
      expect(due).toEqual({ 'target.TLSv1.3.full': [600, 600], 'target.TLSv1.3.ticket': [600, 600] });
      const warm = record.blocks.find(({ cell }) => cell.endsWith('ticket'));
      expect(warm?.offeredSessions).toMatchObject({ handshakes: 600, sessions: 600 });
      expect((await nginx.log())['TLSv1.3']?.resumed).toBe(600 + (warm?.primed.probes ?? 0));
    }));

  it('sessions that are older than it keeps them are declined, and younger ones are not', () =>
    withNginx({ ...BOTH, sessionTimeoutS: 1 }, async (_, target) => {
      const common = ['-k', '--tls', '1.2', '-m', 'ticket', '-r', '200/s', '-n', '100', ...ONE_BLOCK];
      const young = await resumark.measure('run', target, ...common);
      expect(young.record.blocks[0]).toMatchObject({ honoured: 100, declined: {} });
      const old = await resumark.measure('run', target, ...common, '--offer-after', '2500ms');
      expect(old.record.blocks[0]).toMatchObject({ honoured: 0, declined: { expired: 100 } });
      expect(decoded(old.record.blocks[0]?.offeredSessions?.ageNs).minNs).toBeGreaterThanOrEqual(2.5e9);
      expect(old.code).toBe(4);
    }));

  it('a generator that gets no core for a while says so: the starts are late by just that, and so is the response', () =>
    withNginx(BOTH, async (nginx, target) => {
      const flags = ['-k', '--tls', '1.2', '-m', 'ticket', '-r', '500/s', '-d', '2s', ...ONE_BLOCK, '--format', 'json', '-q'];
      const { child, finished } = resumark.start(['run', target, ...flags, '--output', resumark.results]);
      while ((await nginx.logged()) < 300) await new Promise((resolve) => setTimeout(resolve, 20));
      const stallMs = await stall(child.pid ?? 0, 400);
      const { blocks } = JSON.parse((await finished).stdout) as RunRecord;
      const schedule = blocks[0]?.schedule;
      expect(blocks[0]).toMatchObject({ saturated: true, schedule: { due: 1000, dropped: 0, connectionLimited: 0 } });
      const [late, response] = [decoded(schedule?.lateNs), decoded(schedule?.responseNs)];
      expect((late.maxNs ?? 0) / 1e6 / stallMs).toBeGreaterThan(0.95);
      expect((late.maxNs ?? 0) / 1e6 / stallMs).toBeLessThan(1.25);
      expect(response.maxNs ?? 0).toBeGreaterThanOrEqual(late.maxNs ?? 0);
      // What fell due in the first half was late by more than half.
      expect(above(late, stallMs / 2) / (0.5 * stallMs * 0.5)).toBeGreaterThan(0.9);
      expect(above(late, stallMs / 2) / (0.5 * stallMs * 0.5)).toBeLessThan(1.3);
    }));

  it('a generator that cannot keep up is marked, and owes no handshake', () =>
    withNginx(BOTH, async (_, target) => {
      // Engine node costs more than nginx does: with a faster one it is the server that cannot keep up.
      const flags = ['-k', '--tls', '1.3', '-m', 'full', '--engine', 'node', '-c', '200', ...ONE_BLOCK];
      const rate = (perSecond: string) => resumark.measure('run', target, ...flags, '-d', '500ms', '-r', perSecond);
      const { record } = await rate('6k/s');
      const [block] = record.blocks;
      expect(block).toMatchObject({ saturated: true, schedule: { due: 3000 } });
      expect((block?.handshakes ?? 0) + (block?.schedule?.dropped ?? 0)).toBe(3000);
      // A busy machine can hold it up for so long that its block is left out, which is said instead.
      const notice = block?.valid === true ? 'generator-saturated' : 'generator-stalled';
      expect(record.notices.map(({ code }) => code)).toContain(notice);
      // An idle machine would not mark this one at all; what a busy one does to its worker's time is far from 90 %.
      const quiet = await rate('50/s');
      expect(quiet.record.blocks[0]?.hosts[0]?.workers[0]?.busyShare).toBeLessThan(0.9);
    }));
});

const PLAN = 'plan: { rounds: 1, duration: 2s, warmup: 0 }\n';

const ONE_BLOCK = ['--rounds', '1', '--warmup', '0', '-w', '1'];

/** How long each of the next so many connections takes that the server logs, in s. */
const untilLogged = async (nginx: Nginx, connections: number): Promise<number> => {
  const [startMs, first] = [performance.now(), await nginx.logged()];
  while ((await nginx.logged()) < first + connections) await new Promise((resolve) => setTimeout(resolve, 5));
  return (performance.now() - startMs) / 1000 / connections;
};

const decoded = (encoded: EncodedHistogram | undefined): LatencyHistogram =>
  encoded === undefined ? new LatencyHistogram() : LatencyHistogram.decode(encoded);

/** How many were longer: by halving, which the quantiles of a histogram answer. */
const above = (histogram: LatencyHistogram, ms: number): number => {
  let [low, high] = [0, histogram.count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((histogram.quantileNs((middle + 0.5) / histogram.count) ?? 0) > ms * 1e6) high = middle;
    else low = middle + 1;
  }
  return histogram.count - low;
};
