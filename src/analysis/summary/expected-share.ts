import type { CellRecord } from '../../domain/run-record.ts';
import { binomialCdf } from '../../stats/proportion.ts';
import type { CellSummary } from './cell-summary.ts';

/** Clients that are dealt at random still differ so much from those that know nothing of a balancer's turns. */
const DEALING = 0.02;

/** Far below what the many cells of many runs would show by chance. */
const UNLIKELY = 1e-6;

/** Tells whether as many handshakes were honoured as the state's configuration leads to expect of a fleet, give or take what is chance. */
export const isAsExpected = (
  { expected, expectedShare }: Pick<CellRecord, 'expected' | 'expectedShare'>,
  { handshakes, honoured }: Pick<CellSummary, 'handshakes' | 'honoured'>,
): boolean => {
  if (expected !== 'partly' || expectedShare === undefined) return false;
  const atMost = binomialCdf(honoured, handshakes, expectedShare * (1 - DEALING));
  const atLeast = 1 - binomialCdf(honoured - 1, handshakes, Math.min(1, expectedShare * (1 + DEALING)));
  return Math.min(atMost, atLeast) >= UNLIKELY;
};
