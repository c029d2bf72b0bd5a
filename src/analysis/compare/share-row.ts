import type { ChangeVerdict, ComparisonRow } from '../../domain/comparison.ts';
import type { CellRecord } from '../../domain/run-record.ts';

/** What is known of the share of resumed handshakes before and after. */
export interface ShareChange {
  readonly before: number | null;
  readonly after: number | null;
  readonly pairs: number;
  readonly alpha: number;
  readonly minEffect: number;
  readonly verdict: ChangeVerdict;
}

/** Makes the row of a share. It has no ratio, since one side may be 0%, and so no interval and no p-value. */
export const shareRowOf = (
  { protocol, mode }: Pick<CellRecord, 'protocol' | 'mode'>,
  { alpha, ...change }: ShareChange,
): ComparisonRow => ({
  protocol,
  mode,
  metric: 'resumed',
  per: null,
  role: 'primary',
  ...change,
  ratio: null,
  ratioLow: null,
  ratioHigh: null,
  confidence: 1 - 2 * alpha,
  pValue: null,
  pAdjusted: null,
  detectable: null,
  caveat: null,
});
