import { INVALID, type InvalidReason } from '../../domain/invalid-reason.ts';
import type { BlockRecord } from '../../domain/run-record.ts';
import { stallOf } from './saturation.ts';

/** Says why a block is none to draw conclusions from; empty when it is valid. */
export const invalidReasonOf = ({
  handshakes,
  errors,
  primed,
  hosts,
}: Pick<BlockRecord, 'handshakes' | 'errors' | 'primed' | 'hosts'>): InvalidReason | '' => {
  const hasFailures = [errors, primed.errors].some((failures) => Object.keys(failures).length > 0);
  if (handshakes === 0 && hasFailures) return INVALID.nothingFinished;
  return stallOf({ hosts }) === undefined ? '' : INVALID.stalled;
};
