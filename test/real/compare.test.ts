import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Comparison, ComparisonRow } from '../../src/domain/comparison.ts';
import { formatPercent } from '../../src/report/text/units.ts';
import { readComparison } from '../../src/run/files/comparison-file.ts';
import { Resumark, type Finished } from '../e2e/resumark.ts';
import { startNginx, type Nginx, type NginxOptions } from '../servers/nginx.ts';
import { cpuMsOf } from '../../src/cpu/process-ticks.ts';
import { findProgram } from '../servers/require-program.ts';

const nginx = findProgram('nginx', 'nginx-light and libnginx-mod-stream');

interface Compared extends Finished {
  readonly comparison: Comparison;
}

describe.skipIf(nginx === undefined)('two real nginx (package nginx-light)', () => {
  let resumark: Resumark;

  beforeAll(async () => {
    resumark = await Resumark.create();
  });

  afterAll(() => resumark.close());

  const started = async (...options: readonly NginxOptions[]): Promise<Nginx[]> =>
    Promise.all(options.map((each) => startNginx(nginx ?? '', each)));

  const compare = async ([before, after]: readonly Nginx[], ...args: readonly string[]): Promise<Compared> => {
    const sides = [`before=127.0.0.1:${String(before?.port)}`, `after=127.0.0.1:${String(after?.port)}`];
    const finished = await resumark.run('compare', ...sides, '-k', '--tls', '1.3', '-o', resumark.results, ...args);
    const folder = (await resumark.folders()).toSorted().at(-1) ?? '';
    return { ...finished, comparison: await readComparison(folder) };
  };

  const rowOf = ({ comparison }: Compared, mode: string, metric: string): ComparisonRow => {
    const row = comparison.rows.find((one) => one.mode === mode && one.metric === metric);
    if (row === undefined) throw new Error(`no row ${mode} ${metric}`);
    return row;
  };

  it('from RSA-2048 to ECDSA P-256: less server CPU, by the ratio that the kernel accounts to the two', async () => {
    const servers = await started(
      { cache: 'off', tickets: false, keyType: 'rsa-2048' },
      { cache: 'off', tickets: false, keyType: 'ecdsa-p256' },
    );
    try {
      const before = servers.map(({ pid }) => cpuMsOf(pid));
      const compared = await compare(servers, '-m', 'full', '--pairs', '12');
      const spent = servers.map(({ pid }, i) => cpuMsOf(pid) - (before[i] ?? 0));
      const logs = await Promise.all(servers.map((server) => server.log()));
      const perHandshake = spent.map((ms, i) => ms / (logs[i]?.['TLSv1.3']?.full ?? 0));
      const own = (perHandshake[1] ?? 0) / (perHandshake[0] ?? 0);
      const row = rowOf(compared, 'full', 'cpu.server');
      expect(row).toMatchObject({ verdict: 'improved', pairs: 12 });
      expect(compared.stderr).not.toContain('error');
      // Ticks of 10 ms over a second and more, and handshakes that fetched no result (priming, warm-up) are in the kernel's number: 3 % apart at most.
      expect(own).toBeGreaterThan((row.ratioLow ?? 1) * 0.97);
      expect(own).toBeLessThan((row.ratioHigh ?? 0) * 1.03);
      expect(compared.code).toBe(rowOf(compared, 'full', 'p50').verdict === 'inconclusive' ? 3 : 0);
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  });

  it('with tickets switched on and off: the sentence, its numbers, and the regression of the way back', async () => {
    const servers = await started(
      { cache: 'off', tickets: false, keyType: 'rsa-2048' },
      { cache: 'off', tickets: true, keyType: 'rsa-2048' },
    );
    try {
      // Handing out tickets costs CPU in full handshakes too: what counts here is far more than that.
      const args = ['-m', 'full,ticket', '--pairs', '8', '--min-effect', '100%'];
      const on = await compare(servers, ...args);
      const [saving] = on.comparison.savings;
      const saved = (metric: string): number => -(saving?.change[metric] ?? 0);
      expect(on.stdout.split('\n')[0]).toBe(
        `Session tickets are now on (0% to 100% resumed). Full handshakes unchanged; a ticket saves ${formatPercent(saved('p50'))} of p50 and ${formatPercent(saved('cpu.server'))} of server CPU.`,
      );
      expect(saved('cpu.server')).toBeGreaterThan(0.2);
      expect([on.code, on.comparison.verdict]).toEqual([0, 'improved']);
      const log = (await servers[1]?.log())?.['TLSv1.3'];
      // 8 blocks of 100 and one of warm-up, each with a priming handshake that resumed nothing, and a resumed probe.
      expect(log?.resumed).toBeGreaterThanOrEqual(8 * 100);

      const off = await compare(servers.toReversed(), ...args);
      expect(off.stdout.split('\n')[0]).toBe('Session tickets are now off (100% to 0% resumed). Full handshakes unchanged.');
      expect([off.code, off.comparison.verdict]).toEqual([99, 'regressed']);
      expect(rowOf(off, 'ticket', 'resumed')).toMatchObject({ verdict: 'regressed', before: 1, after: 0 });
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  }, 120_000);
});
