import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/analysis/run-outcome.ts';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { fakeRun, type FakeCell } from '../report/fake-run.ts';

const OFF = { mode: 'ticket', honoured: 0, declined: { refused: 9 } } as const satisfies FakeCell;

const namesIn = (run: RunRecord) => {
  const { failed, neverHonoured, nowhereHonoured } = outcomeOf(summarizeRun(run));
  return [failed, neverHonoured, nowhereHonoured].map((cells) => cells.map(({ state, mode }) => `${state} ${mode}`));
};

describe('the outcome of a run', () => {
  it('of which every cell was honoured has nothing to say', () => {
    expect(outcomeOf(summarizeRun(fakeRun([{}])))).toEqual({
      status: 'complete',
      isSaved: true,
      failed: [],
      neverHonoured: [],
      nowhereHonoured: [],
      withoutCapacity: [],
    });
  });

  it('names a mode that was never honoured, unless its state is known not to offer it', () => {
    expect(namesIn(fakeRun([{}, OFF]))).toEqual([[], ['server ticket'], ['server ticket']]);
    expect(namesIn(fakeRun([{}, { ...OFF, expected: 'declined' }]))).toEqual([[], [], []]);
  });

  it('names a fleet that honoured no session, unless that few handshakes can come to nothing', () => {
    const fleet = { ...OFF, expected: 'partly', expectedShare: 0.25 } as const;
    expect(namesIn(fakeRun([{}, { ...fleet, declined: { refused: 9 } }]))).toEqual([[], [], []]);
    expect(namesIn(fakeRun([{}, { ...fleet, declined: { refused: 20 } }]))[1]).toEqual(['server ticket']);
  });

  it('tells a mode that another state honoured from one that none did', () => {
    const after = { state: 'after', mode: 'ticket', mechanism: 'ticket' } as const;
    expect(namesIn(fakeRun([{ ...OFF, state: 'before' }, after]))).toEqual([[], ['before ticket'], []]);
  });

  it('names a cell without a finished handshake, but not the empty ones that a lost worker explains', () => {
    expect(namesIn(fakeRun([{ honoured: 0, errors: { refused: 3 } }]))[0]).toEqual(['server full']);
    expect(namesIn(fakeRun([{ blocks: 0 }]))[0]).toEqual(['server full']);
    expect(namesIn(fakeRun([{ blocks: 0 }], { status: 'partial' }))[0]).toEqual([]);
  });

  it('knows when the folder could not be written', () => {
    const notices = [{ code: 'not-saved', severity: 'error', folder: 'results/a', reason: 'ENOSPC' }] as const;
    expect(outcomeOf(summarizeRun(fakeRun([{}], { notices }))).isSaved).toBe(false);
  });
});
