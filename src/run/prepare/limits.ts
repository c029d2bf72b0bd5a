import { ResumarkError } from '../../domain/error.ts';
import { readCapacity } from '../../load/machine.ts';
import { capacityFlaw } from '../../scenario/capacity.ts';
import type { Scenario } from '../../scenario/schema.ts';

/**
 * Refuses, before the start, a load that this machine's limits cannot carry. Where the limits are not known nothing is refused.
 *
 * @throws ResumarkError USAGE naming the limit, what is needed and the hint.
 */
export const checkLimits = (scenario: Scenario): void => {
  const flaw = capacityFlaw(scenario, readCapacity());
  if (flaw !== undefined) throw new ResumarkError('USAGE', flaw.message, flaw.hint);
};
