import { describe, expect, it } from 'vitest';
import { hostFaults } from '../../../src/analysis/agents/faults.ts';
import type { BlockRecord, HostRecord } from '../../../src/domain/run-record.ts';

const host = (agent: string, change: Partial<HostRecord> = {}): HostRecord => ({
  agent,
  startSkewNs: 1e6,
  handshakes: 1000,
  honoured: 1000,
  errors: 0,
  cpuClientNs: 1e9,
  workers: [worker(0.6, 0.6)],
  mostInFlight: 8,
  fileLimit: null,
  portLimit: null,
  timeWait: null,
  machine: null,
  clockStepped: false,
  quota: null,
  ...change,
});

const worker = (busyShare: number, cpuShare: number, stalledNs = 0) => ({ busyShare, cpuShare, stalledNs });

const block = (hosts: readonly HostRecord[], change: Partial<BlockRecord> = {}) =>
  hostFaults({ hosts: [...hosts], schedule: null, saturated: false, durationNs: 10e9, ...change });

const SCHEDULE = {} as NonNullable<BlockRecord['schedule']>;

describe('the faults of agents in a block', () => {
  it('are none where all do their part', () => {
    expect(block([host('a'), host('b'), host('c')])).toEqual([]);
  });

  it('are none of a machine that loads by itself', () => {
    const alone = host('a', { startSkewNs: 9e9, workers: [worker(1, 0.1, 9e9)] });
    expect(block([{ ...alone, agent: undefined }])).toEqual([]);
  });

  it.each([
    ['a begin within 100 ms', 99e6, 1e9, []],
    ['a late begin that is little of the window', 400e6, 10e9, []],
    ['a late begin', 600e6, 10e9, ['late']],
    ['a begin of 120 ms in a window of a second', 120e6, 1e9, ['late']],
  ])('%s', (_, startSkewNs, durationNs, kinds) => {
    expect(block([host('a', { startSkewNs }), host('b')], { durationNs }).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('name an agent that reaches nothing where others reach the target, and only then', () => {
    const cut = host('a', { handshakes: 0, honoured: 0, errors: 12 });
    expect(block([cut, host('b')])).toMatchObject([{ agent: 'a', kind: 'unreachable' }]);
    expect(block([cut, { ...cut, agent: 'b' }])).toEqual([]);
  });

  it.each([
    [
      'cut off in the middle',
      { a: 200, b: 0 },
      ['failed in 200 of its 1200 connections, while those of others reached the target'],
    ],
    ['with errors that others have too', { a: 200, b: 30 }, []],
    ['with few errors', { a: 9, b: 0 }, []],
    ['with a small share of errors', { a: 50, b: 0 }, []],
  ])('name an agent for its own errors only: %s', (_, { a, b }, reasons) => {
    expect(block([host('a', { errors: a }), host('b', { errors: b })]).map(({ reason }) => reason)).toEqual(reasons);
  });

  it('name an agent that cannot keep a rate, but not one that is busy with as much as it can', () => {
    const busy = host('a', { workers: [worker(0.99, 0.98)] });
    expect(block([busy, host('b')], { schedule: SCHEDULE, saturated: true })).toMatchObject([{ agent: 'a', kind: 'overloaded' }]);
    expect(block([busy, host('b')], { saturated: true })).toEqual([]);
  });

  it('name an agent that stood still', () => {
    const [fault] = block([host('a', { workers: [worker(0.6, 0.6, 700e6)] }), host('b')]);
    expect(fault).toEqual({ agent: 'a', kind: 'overloaded', reason: 'stood still for 700 ms' });
  });

  it('tell an agent that lacks a core from one that is far away', () => {
    const starved = host('a', { handshakes: 300, workers: [worker(0.9, 0.2)] });
    const far = host('a', { handshakes: 300, workers: [worker(0.2, 0.19)] });
    expect(block([starved, host('b'), host('c')])).toMatchObject([
      {
        agent: 'a',
        reason:
          'made 300 handshakes per worker, where others made 1000: it had a core for 22 % of the time in which they had work',
      },
    ]);
    expect(block([far, host('b'), host('c')])).toEqual([]);
  });
});
