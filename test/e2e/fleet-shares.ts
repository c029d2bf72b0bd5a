import { expect } from 'vitest';
import type { CellRecord, RunRecord } from '../../src/domain/run-record.ts';
import { shareBounds } from '../../src/stats/proportion.ts';
import { total } from './resumark.ts';

/** The share that the nodes of a state accept, by the way in which a mode resumes. */
export type FleetShares = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Of each bound: of a dozen shares that are neither none nor all, one is outside by chance in one of 50,000 runs. */
const FALSE_ALARM = 1e-6;

/** Clients are dealt from a deck that is not endless: so much they may differ from those that know nothing of a balancer's turns. */
const DEALING = 0.02;

export const honouredIn = ({ blocks }: RunRecord, { id }: CellRecord) => {
  const own = blocks.filter(({ cell }) => cell === id);
  return { handshakes: total(own, (block) => block.handshakes), honoured: total(own, (block) => block.honoured) };
};

/** Expects of every cell what its fleet shares: in the prediction, in what was measured, and in what is said of it. */
export const expectShares = (record: RunRecord, shares: FleetShares): void => {
  for (const cell of record.cells) {
    const share = shares[cell.state]?.[cell.mode] ?? Number.NaN;
    expect(cell.expectedShare).toBe(share);
    const { handshakes, honoured } = honouredIn(record, cell);
    const { lower, upper } = shareBounds(honoured, handshakes, FALSE_ALARM);
    expect({ cell: cell.id, isWithin: lower <= share * (1 + DEALING) && upper >= share * (1 - DEALING) }).toEqual({
      cell: cell.id,
      isWithin: true,
    });
    if (share === 1) expect(honoured).toBe(handshakes);
  }
  // What was expected is no warning, and no server is taken for one that forwards.
  const codes = record.notices.map(({ code }) => code);
  const partly = record.cells.filter(({ expected }) => expected === 'partly');
  expect(codes.filter((code) => code === 'partly-as-configured')).toHaveLength(partly.length);
  for (const code of ['partly-declined', 'never-honoured', 'errors', 'server-forwards']) expect(codes).not.toContain(code);
};
