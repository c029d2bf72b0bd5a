import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { HistogramLogReader, listTags } from 'hdr-histogram-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarize } from '../../src/analysis/summary/cell-summary.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { readRun } from '../../src/run/files/run-folder.ts';
import { LatencyHistogram } from '../../src/stats/histogram.ts';
import { Resumark } from './resumark.ts';

/** Enough that the first handshakes, whose code is not compiled yet, do not weigh. */
const BLOCK = 400;

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

describe('a run of a scenario with reference servers', () => {
  let record: RunRecord;
  let folder: string;
  let stderr: string;
  beforeAll(async () => {
    const finished = await resumark.measure(
      'run',
      'scenarios/smoke.yaml',
      '--workers',
      '2',
      '--seed',
      '7',
      '-n',
      String(2 * BLOCK),
    );
    ({ record, stderr } = finished);
    expect(finished.code).toBe(0);
    folder = join(resumark.results, record.id);
  });

  it('measures every cell once per round, in turns', () => {
    expect(record.cells.map((cell) => cell.id)).toHaveLength(5);
    for (const round of [0, 1]) {
      const order = record.blocks.filter((block) => block.round === round).map((block) => block.cell);
      expect(order.toSorted()).toEqual(record.cells.map((cell) => cell.id).toSorted());
    }
  });

  it('honours every handshake, each counted once', () => {
    for (const block of record.blocks) {
      expect({ handshakes: block.handshakes, honoured: block.honoured, errors: block.errors }).toEqual({
        handshakes: BLOCK,
        honoured: BLOCK,
        errors: {},
      });
      expect(LatencyHistogram.decode(block.handshakeNs).count).toBe(BLOCK);
    }
  });

  it('reads the hellos of all primings and of the stated share of the rest, and finds no contradiction', () => {
    for (const block of record.blocks) {
      expect(block.tapped).toBeGreaterThanOrEqual(Math.floor(BLOCK * record.tapShare));
      // A session for each of 4 in flight and 32 more to choose from; one for each of 2 workers where none is offered.
      const handshakes = block.cell.endsWith('.full') ? 2 : 36;
      expect(block.primed).toMatchObject({ handshakes, conflicts: 0, errors: {} });
    }
  });

  it("accounts for the virtual clients' time within 5 % (Little's law)", () => {
    for (const cell of summarize(record)) expect(Math.abs(cell.littlesLawResidual ?? 1)).toBeLessThan(0.05);
  });

  it('knows the CPU time of both sides', () => {
    for (const cell of summarize(record)) {
      expect(cell.cpuClientNs).toBeGreaterThan(10_000);
      expect(cell.cpuServerNs).toBeGreaterThan(10_000);
    }
  });

  it('says on stderr that the cell which cannot exist is skipped, and why', () => {
    expect(stderr).toContain('server TLS 1.3 session-id is skipped: TLS 1.3 has no session-ID resumption');
  });

  it('writes a run folder that reads back as the same run, with nothing left half-written', async () => {
    expect((await readdir(folder)).toSorted()).toEqual([
      'blocks.csv',
      'histograms.hlog',
      'junit.xml',
      'report.html',
      'run.json',
      'summary.csv',
    ]);
    expect(await readRun(folder)).toEqual(record);
  });

  it('writes a summary.csv whose numbers, read by another reader, are those of run.json', async () => {
    const rows = parse<Record<string, string>>(await readFile(join(folder, 'summary.csv'), 'utf8'), { columns: true });
    const cells = summarize(record);
    expect(rows).toHaveLength(cells.length);
    for (const [i, cell] of cells.entries()) {
      const row = rows[i] ?? {};
      expect(row['mode']).toBe(cell.mode);
      expect(Number(row['handshakes'])).toBe(cell.handshakes);
      expect(Number(row['honoured'])).toBe(cell.honoured);
      expect(Number(row['min_ns'])).toBe(cell.handshakeNs.minNs);
      expect(Number(row['p50_ns'])).toBe(cell.handshakeNs.quantileNs(0.5));
      expect(Number(row['p999_ns'])).toBe(cell.handshakeNs.quantileNs(0.999));
      expect(Number(row['max_ns'])).toBe(cell.handshakeNs.maxNs);
      expect(Number(row['cpu_server_ns'])).toBe(Math.round(cell.cpuServerNs ?? 0));
      expect(row['status']).toBe('honoured');
    }
  });

  it('writes a histogram log that HdrHistogram reads, a tag per cell', async () => {
    const text = await readFile(join(folder, 'histograms.hlog'), 'utf8');
    expect(listTags(text).toSorted()).toEqual(record.cells.map((cell) => cell.id).toSorted());
    const reader = new HistogramLogReader(text, 32, false);
    const [first] = record.blocks;
    const histogram = reader.nextIntervalHistogram();
    expect(histogram?.totalCount).toBe(first?.honoured);
  });

  it('renders the stored run again as a table', async () => {
    const { stdout, code } = await resumark.run('report', folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/TLS 1\.2 +ticket +ticket .*100%/u);
    expect(stdout).toMatch(/^TLS 1\.2 ticket: p50 [-+]?[\d.]+%, server CPU [-+]?[\d.]+%/mu);
  });
});

describe('a state that is known not to resume', () => {
  it('is a control: its declined modes are told, and the run succeeds', async () => {
    const { record, code } = await resumark.measure('demo', '--rounds', '1', '-n', '20', '--warmup', '0', '-c', '4');
    const declined = record.cells.filter((cell) => cell.expected === 'declined').map((cell) => cell.id);
    expect(declined).toEqual(['before.TLSv1.2.session-id', 'before.TLSv1.2.ticket', 'before.TLSv1.3.ticket']);
    expect(record.blocks.filter((block) => declined.includes(block.cell)).map((block) => block.honoured)).toEqual([0, 0, 0]);
    expect(code).toBe(0);
  });
});

describe('an interrupt', () => {
  it('reaches workers whose loops are busy: Ctrl-C at full load ends the run at once', async () => {
    const own = await Resumark.create();
    const flags = ['-d', '60s', '--rounds', '60', '--warmup', '0', '-c', '256', '-w', '2', '-o', own.results];
    const { child, finished } = own.start(['run', 'scenarios/smoke.yaml', ...flags]);
    await untilMeasuring(child);
    const startMs = performance.now();
    child.kill('SIGINT');
    const { code } = await finished;
    expect(code).toBe(130);
    // One second to finish what is in flight, and the rest to write the run.
    expect(performance.now() - startMs).toBeLessThan(5000);
    await own.close();
  });

  it('ends the window, keeps what was measured, and exits 130', async () => {
    const own = await Resumark.create();
    const { child, finished } = own.start(['run', 'scenarios/smoke.yaml', '-d', '60s', '--warmup', '0', '-o', own.results]);
    await untilMeasuring(child);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await finished;
    expect(code).toBe(130);
    expect(stdout).toContain('CPU server');
    expect(stderr).toMatch(/the run was interrupted after \d+ of \d+ blocks; everything measured is kept/u);
    const [folder = ''] = await own.folders();
    const record = await readRun(folder);
    expect(record.status).toBe('interrupted');
    expect(record.blocks.length).toBeGreaterThan(0);
    await own.close();
  });

  it('between two gates of a calibration keeps what it knows of the noise', async () => {
    const flags = ['--tls', '1.3', '-m', 'full', '--calibration-pairs', '12', '--gates', '4', '--format', 'json'];
    const { child, finished } = resumark.start(['calibrate', ...flags]);
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (chunk: string) => {
        if (chunk.includes('gate 1 of 4')) resolve();
      });
    });
    child.kill('SIGINT');
    const { code, stdout, stderr } = await finished;
    expect(code, stderr).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ measured: { gates: 1 }, noise: [{ pairs: expect.any(Number) as number }, {}] });
  }, 180_000);

  it.each([
    ['wire', 'SIGINT', 130],
    ['openssl', 'SIGTERM', 143],
    ['node', 'SIGINT', 130],
  ] as const)('ends the wait of engine %s for a target that is silent: %s', async (engine, signal, exitCode) => {
    const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const target = `127.0.0.1:${String((silent.address() as AddressInfo).port)}`;
    const flags = ['-k', '--engine', engine, '--timeout', '50s', '-o', resumark.results];
    const { child, finished } = resumark.start(['run', target, ...flags]);
    await once(silent, 'connection');
    child.kill(signal);
    expect(await finished).toEqual({ code: exitCode, stdout: '', stderr: 'error: interrupted before measuring began.\n' });
    silent.close();
  });
});

/** A line about a block, with its rate, says that the workers are at it. */
const untilMeasuring = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.stderr?.on('data', (chunk: string) => {
      if (chunk.includes('/s')) resolve();
    });
  });
