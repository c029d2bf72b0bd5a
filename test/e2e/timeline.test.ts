import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timelinesOf, type Interval } from '../../src/analysis/timeline/intervals.ts';
import type { BlockRecord } from '../../src/domain/run-record.ts';
import { Resumark } from './resumark.ts';

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const CLIENTS = 100;

/** Each rotation ends all sessions: every client is declined once, and has one of the new key then. */
const rotating = (rotation: string, protocol: string): string => `
states: { edge: { server: { resumption: tickets, ticketRotation: ${rotation} } } }
protocols: ['${protocol}']
modes: [ticket]
load: { rate: 300/s, clients: ${String(CLIENTS)} }
plan: { rounds: 1, duration: 9s, warmup: 0, timeline: 100ms }
workers: 1
`;

describe('a server whose ticket keys rotate without grace, under load over time', () => {
  it('declines each client once after each rotation, and nobody else', async () => {
    const path = join(resumark.results, '..', `rotating-${String(process.pid)}.yaml`);
    await writeFile(path, rotating('{ every: 2s, keep: 0 }', '1.2'));
    const { record } = await resumark.measure('run', path);
    const [timeline] = timelinesOf(record);
    const dips = dipsOf(timeline?.intervals ?? []);
    // A rotation just before the window, or at its end, is met by some of the clients only.
    const whole = dips.filter(({ offersBefore, offersAfter }) => offersBefore > CLIENTS && offersAfter > CLIENTS);
    expect(whole.length).toBeGreaterThanOrEqual(3);
    for (const { declined } of whole) expect(declined).toBe(CLIENTS);
    for (const [i, { startNs }] of whole.entries()) {
      const sinceLastS = (startNs - (whole[i - 1]?.startNs ?? startNs - 2e9)) / 1e9;
      expect(Math.abs(sinceLastS - 2)).toBeLessThanOrEqual(0.5);
    }
    const [block] = record.blocks;
    expect(block?.declined).toEqual({ refused: dips.reduce((sum, { declined }) => sum + declined, 0) });
    expect(record.states[0]?.account).toMatchObject({ state: 'read', failed: 0 });
    expectWholeCpu(block);
    const [folder] = await resumark.folders();
    const csv = await readFile(join(folder ?? '', 'timeline.csv'), 'utf8');
    expect(csv.trimEnd().split('\n')).toHaveLength(1 + (timeline?.intervals.length ?? 0));
  });
});

describe('a server that takes tickets of the previous key too', () => {
  it('declines nobody, however often its keys rotate', async () => {
    const path = join(resumark.results, '..', `grace-${String(process.pid)}.yaml`);
    await writeFile(path, rotating('{ every: 3s, keep: 1 }', '1.3'));
    const { record } = await resumark.measure('run', path);
    expect(record.blocks).toMatchObject([{ honoured: 2700, declined: {}, errors: {} }]);
  });
});

describe('a window over time', () => {
  it.each([
    ['closed load', ['-c', '4']],
    ['one at a time', ['--load', 'sequential']],
  ])('has everything that the whole has, under %s', async (_, load) => {
    const plan = ['--rounds', '1', '--warmup', '0', '-d', '400ms', '--timeline', '50ms'];
    const path = join(resumark.results, '..', `plain-${String(process.pid)}.yaml`);
    await writeFile(path, 'states: { edge: { server: {} } }\n');
    const { record } = await resumark.measure('run', path, ...load, ...plan, '--tls', '1.3', '-m', 'full,ticket');
    for (const block of record.blocks) {
      const intervals = block.timeline?.intervals ?? [];
      const sum = (count: (of: (typeof intervals)[number]) => number): number =>
        intervals.reduce((all, one) => all + count(one), 0);
      expect(intervals.length).toBeGreaterThanOrEqual(8);
      expect({
        handshakes: sum(({ handshakes }) => handshakes),
        honoured: sum(({ honoured }) => honoured),
        timed: sum(({ latencyNs }) => latencyNs.count),
        slowestNs: Math.max(...intervals.map(({ latencyNs }) => latencyNs.maxNs ?? 0)),
      }).toEqual({
        handshakes: block.handshakes,
        honoured: block.honoured,
        timed: block.honoured,
        slowestNs: block.handshakeNs.maxNs,
      });
    }
  });
});

/** The readings follow each other from before the window to its end. */
const expectWholeCpu = (block: BlockRecord | undefined): void => {
  const readings = block?.timeline?.cpuServer ?? [];
  const usedNs = readings.reduce((sum, reading) => sum + reading.usedNs, 0);
  expect(usedNs / (block?.cpuServerNs ?? 0)).toBeGreaterThan(0.95);
  expect(usedNs / (block?.cpuServerNs ?? 0)).toBeLessThan(1.05);
  for (const [i, { fromNs }] of readings.entries()) if (i > 0) expect(fromNs).toBe(readings[i - 1]?.toNs);
  expect(readings[0]?.fromNs).toBeLessThanOrEqual(0);
};

interface Dip {
  readonly startNs: number;
  readonly declined: number;
  /** Handshakes of the window until it, and from its end on. */
  readonly offersBefore: number;
  readonly offersAfter: number;
}

/** The runs of declined handshakes; within one never more are honoured in a row than there are clients. */
const dipsOf = (intervals: readonly Interval[]): Dip[] => {
  const all = intervals.reduce((sum, { counts }) => sum + counts.handshakes, 0);
  const dips: Dip[] = [];
  let offers = 0;
  for (const { startNs, counts } of intervals) {
    const declined = counts.handshakes - counts.honoured;
    const last = dips.at(-1);
    const isSame = last !== undefined && offers - (all - last.offersAfter) <= 1.5 * CLIENTS;
    const after = all - offers - counts.handshakes;
    if (declined > 0 && isSame) dips[dips.length - 1] = { ...last, declined: last.declined + declined, offersAfter: after };
    else if (declined > 0) dips.push({ startNs, declined, offersBefore: offers, offersAfter: after });
    offers += counts.handshakes;
  }
  return dips;
};
