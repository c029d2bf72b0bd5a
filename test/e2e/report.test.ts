import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beforeAndAfter } from '../report/fake-run.ts';
import { Resumark } from './resumark.ts';

let resumark: Resumark;
let runs: readonly [string, string];
beforeAll(async () => {
  resumark = await Resumark.create();
  runs = [await stored('a'), await stored('b')];
});
afterAll(() => resumark.close());

const stored = async (id: string): Promise<string> => {
  const folder = join(resumark.results, id);
  await mkdir(folder);
  await writeFile(join(folder, 'run.json'), JSON.stringify(beforeAndAfter({ id })));
  return folder;
};

describe('several runs', () => {
  const reported = (...args: readonly string[]): ReturnType<Resumark['run']> => resumark.run('report', ...runs, ...args);

  it('are one table in CSV, with the run in each row', async () => {
    const { stdout } = await reported('--format', 'csv');
    const rows: Record<string, string>[] = parse(stdout, { columns: true });
    expect([...new Set(rows.map((row) => row['run_id']))]).toEqual(['a', 'b']);
    expect(rows).toHaveLength(2 * beforeAndAfter().cells.length);
  });

  it('are one list in JSON, and their comparisons too', async () => {
    const records = JSON.parse((await reported('--format', 'json')).stdout) as { readonly id: string }[];
    expect(records.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(JSON.parse((await reported('--compare', '--format', 'json')).stdout)).toHaveLength(2);
  });

  it.each(['html', 'junit', 'benchmark', 'bencher', 'hlog', 'hgrm'])('are refused where %s holds one', async (format) => {
    const { code, stdout, stderr } = await reported('--format', format);
    expect(stderr).toMatch(new RegExp(`^error: --format ${format} holds one run, but several are given\\.`, 'u'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('percentile distributions', () => {
  it('are written to a file per cell, and refused where they would be one zig-zag', async () => {
    const [run] = runs;
    const refused = await resumark.run('report', run, '--format', 'hgrm');
    expect(refused.stderr).toContain('error: --format hgrm holds one curve, but a has 7.');
    expect(refused.code).toBe(2);
    const folder = join(resumark.results, 'plots', 'a');
    const { code, stdout } = await resumark.run('report', run, '--format', 'hgrm', '-o', folder);
    expect(code).toBe(0);
    const files = await readdir(folder);
    expect(stdout.trimEnd().split('\n').toSorted()).toEqual(files.map((name) => join(folder, name)).toSorted());
    expect(files).toHaveLength(7);
    expect(await readFile(join(folder, 'after.TLSv1.3.ticket.hgrm'), 'utf8')).toMatch(/Total count += +800/u);
  });

  it('are refused before anything is measured', async () => {
    const { code, stderr } = await resumark.run('run', '127.0.0.1:1', '--format', 'hgrm', '--output', resumark.results);
    expect(stderr).toMatch(/^error: --format hgrm is a file per cell/u);
    expect(code).toBe(2);
  });
});

it('a damaged run is refused in words by every command that reads one', async () => {
  const folder = await stored('damaged');
  const run = beforeAndAfter();
  const blocks = run.blocks.map((block) => ({ ...block, handshakeNs: { ...block.handshakeNs, hdr: 'AAAA' } }));
  await writeFile(join(folder, 'run.json'), JSON.stringify({ ...run, blocks }));
  for (const args of [['report'], ['gate'], ['compare']]) {
    const { code, stdout, stderr } = await resumark.run(...args, folder);
    expect(stderr).toMatch(/^error: .*run\.json is damaged: blocks\.0\.handshakeNs is no histogram: .*\.\n$/u);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  }
});
