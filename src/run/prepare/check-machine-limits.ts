import { readMachineLimits } from '../../cpu/machine.ts';
import { ResumarkError } from '../../domain/error.ts';
import { machineLimitFlaw } from '../../scenario/machine-limits.ts';
import type { Scenario } from '../../scenario/schema.ts';

/**
 * Refuses, before the start, a load that this machine's limits cannot carry. Where the limits are not known nothing is refused.
 *
 * @throws ResumarkError USAGE naming the limit, what is needed and the fix.
 */
export const checkMachineLimits = (scenario: Scenario): void => {
  const flaw = machineLimitFlaw(scenario, readMachineLimits());
  if (flaw !== undefined) throw new ResumarkError('USAGE', flaw.message, flaw.hint);
};
