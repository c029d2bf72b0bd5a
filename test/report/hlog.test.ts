import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as hdr from 'hdr-histogram-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarize } from '../../src/analysis/summary/cell-summary.ts';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import { percentileReport } from '../../src/report/hgrm.ts';
import { histogramLog } from '../../src/report/hlog.ts';
import { beforeAndAfter, fakeRun, hostile } from './fake-run.ts';
import { findProgram } from '../servers/require-program.ts';

const run = beforeAndAfter();
const cells = summarize(run).filter(({ honoured }) => honoured > 0);

describe('read by hdr-histogram-js', () => {
  const log = histogramLog(summarizeRun(run));

  it('has one tag per cell that honoured anything', () => {
    expect(hdr.listTags(log).toSorted()).toEqual(cells.map(({ id }) => id).toSorted());
  });

  it('has one line per block, whose sum is the row of the table', () => {
    const byTag = new Map<string, hdr.Histogram[]>();
    const reader = new hdr.HistogramLogReader(log);
    for (let line = reader.nextIntervalHistogram(); line !== null; line = reader.nextIntervalHistogram()) {
      byTag.set(line.tag, [...(byTag.get(line.tag) ?? []), line]);
    }
    for (const { id, handshakeNs } of cells) {
      const lines = byTag.get(id) ?? [];
      expect(lines).toHaveLength(5);
      const sum = hdr.build({ bitBucketSize: 32, numberOfSignificantValueDigits: 3 });
      for (const line of lines) sum.add(line);
      expect(sum.totalCount).toBe(handshakeNs.count);
      expect(sum.getValueAtPercentile(90)).toBe(handshakeNs.quantileNs(0.9));
    }
  });

  it('has the time at which each block began and how long it took', () => {
    const line = new hdr.HistogramLogReader(log).nextIntervalHistogram();
    expect(line?.startTimeStampMsec).toBe(Number(BigInt(run.blocks[0]?.startUnixNs ?? 0) / 1_000_000n));
    expect((line?.endTimeStampMsec ?? 0) - (line?.startTimeStampMsec ?? 0)).toBe(400);
  });
});

it('leaves invalid blocks out, as the table does', () => {
  const blocks = run.blocks.map((block) => ({ ...block, valid: block.round > 0 }));
  expect(histogramLog(summarizeRun({ ...run, blocks })).match(/^Tag=/gmu)).toHaveLength(4 * cells.length);
});

it('is a log without lines where nothing was honoured', () => {
  const text = histogramLog(summarizeRun(fakeRun([{ honoured: 0, declined: { refused: 1 } }])));
  expect(hdr.listTags(text)).toEqual([]);
  expect(text).toMatch(/^#\[Histogram log format version 1\.3\]\n/u);
});

it('makes tags of names that would break its columns', () => {
  const record = hostile();
  const id = 'a b,c\n';
  const cells = record.cells.slice(0, 1).map((cell) => ({ ...cell, id }));
  const blocks = record.blocks.map((block) => ({ ...block, cell: id }));
  expect(hdr.listTags(histogramLog(summarizeRun({ ...record, cells, blocks })))).toEqual(['a_b_c\uFFFD']);
});

it('percentile distributions end in the count of each cell', () => {
  const sections = percentileReport(summarizeRun(run))
    .split(/^#\[(?=[a-z]+\.TLS)/mu)
    .slice(1);
  expect(sections.map((section) => /Total count += +(\d+)/u.exec(section)?.[1])).toEqual(
    cells.map(({ honoured }) => String(honoured)),
  );
  for (const section of sections) expect(section).toMatch(/ +Value +Percentile +TotalCount +1\/\(1-Percentile\)/u);
});

const JAR = '/usr/share/java/hdrhistogram.jar';
const java = findProgram('java', 'default-jre-headless');
const hasJar = existsSync(JAR);
if (!hasJar && process.env['RESUMARK_REQUIRE_SERVERS'] === '1') {
  throw new Error(`${JAR} is missing, but this run must not skip tests: apt-get install libhdrhistogram-java`);
}

describe.skipIf(java === undefined || !hasJar)(
  'read by HdrHistogram itself (Debian: default-jre-headless, libhdrhistogram-java)',
  () => {
    let folder: string;
    let file: string;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'resumark-hlog-'));
      file = join(folder, 'histograms.hlog');
      writeFileSync(file, histogramLog(summarizeRun(run)));
    });

    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    const processor = (...args: readonly string[]): string =>
      execFileSync(java ?? 'java', ['-cp', JAR, 'org.HdrHistogram.HistogramLogProcessor', '-i', file, ...args], {
        encoding: 'utf8',
      });

    it('as docs/results.md says', () => {
      const advice = readFileSync(new URL('../../docs/results.md', import.meta.url), 'utf8');
      const commands = advice.match(/^java .*$/gmu) ?? [];
      expect(commands).toHaveLength(2);
      for (const command of commands) {
        const [, ...args] = command.replace('HdrHistogram.jar', JAR).replace('histograms.hlog', file).split(' ');
        const text = execFileSync(java ?? 'java', args, { encoding: 'utf8', stdio: 'pipe' });
        expect(text).toMatch(command.endsWith('-listtags') ? /after\.TLSv1\.3\.ticket/u : /Total count += +[1-9]\d*/u);
      }
    });

    it('lists the same tags', () => {
      expect(processor('-listtags')).toEqual(expect.stringContaining(cells[0]?.id ?? ''));
    });

    it.each(cells)('gives the percentiles of $id in ms', ({ id, handshakeNs }) => {
      const text = processor('-tag', id);
      expect(/Total count += +(\d+)/u.exec(text)?.[1]).toBe(String(handshakeNs.count));
      const [, p50 = ''] = /^ +([\d.]+) 0\.500000000000 /mu.exec(text) ?? [];
      expect(Number(p50)).toBeCloseTo((handshakeNs.quantileNs(0.5) ?? 0) / 1e6, 2);
    });
  },
);
