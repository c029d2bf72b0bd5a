import type { CapacityRecord } from '../../domain/capacity-record.ts';
import type { BlockRecord } from '../../domain/run-record.ts';

/** Why the blocks of other rates are left out of a cell's result. */
export const OTHER_RATE = 'a trial at another rate';

/**
 * A cell's result is what was measured at the rate that was found, or at the lowest that was tried where none was. The other trials stay in
 * the record, left out of the result.
 */
export const markTrials = (blocks: readonly BlockRecord[], capacity: readonly CapacityRecord[]): BlockRecord[] =>
  blocks.map((block) => {
    const search = capacity.find(({ cells }) => cells.includes(block.cell));
    if (search === undefined) return block;
    const isOfResult = search.trials[block.round]?.perSecond === resultRate(search);
    const isFlawed = !block.valid && block.invalidReason !== OTHER_RATE;
    if (isFlawed) return block;
    return { ...block, valid: isOfResult, invalidReason: isOfResult ? '' : OTHER_RATE };
  });

const resultRate = ({ foundPerSecond, trials }: CapacityRecord): number =>
  foundPerSecond ?? Math.min(...trials.map(({ perSecond }) => perSecond));
