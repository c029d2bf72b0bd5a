import type { BlockCounts, PrimingCounts } from '../../domain/block-counts.ts';
import { INVALID, type InvalidReason } from '../../domain/invalid-reason.ts';
import type { HostRecord } from '../../domain/run-record.ts';
import { stallOf } from './saturation.ts';

/** What tells whether something was measured at all. */
interface Measured extends Pick<BlockCounts, 'handshakes' | 'errors'> {
  readonly primed: PrimingCounts;
  readonly hosts: readonly HostRecord[];
}

/** Says why a block is none to draw conclusions from; empty when it is valid. */
export const invalidReasonOf = ({ handshakes, errors, primed, hosts }: Measured): InvalidReason | '' => {
  const hasFailures = [errors, primed.errors].some((failures) => Object.keys(failures).length > 0);
  if (handshakes === 0 && hasFailures) return INVALID.nothingFinished;
  return stallOf({ hosts }) === undefined ? '' : INVALID.stalled;
};
