import { readFileSync } from 'node:fs';
import { ResumarkError } from '../domain/error.ts';
import { capacityFlaw, type Capacity } from '../scenario/capacity.ts';
import type { Scenario } from '../scenario/schema.ts';

/**
 * Refuses, before the start, a load that this machine's limits cannot carry. Where the limits are not known nothing is refused.
 *
 * @throws ResumarkError USAGE naming the limit, what is needed and the mend.
 */
export const checkLimits = (scenario: Scenario): void => {
  const flaw = capacityFlaw(scenario, readCapacity());
  if (flaw !== undefined) throw new ResumarkError('USAGE', flaw.message, flaw.mend);
};

const readCapacity = (): Capacity => {
  const [, files] = /^Max open files\s+(\d+)/mu.exec(readText('/proc/self/limits')) ?? [];
  const [low, high] = readText('/proc/sys/net/ipv4/ip_local_port_range').trim().split(/\s+/u).map(Number);
  return {
    files: files === undefined ? undefined : Number(files),
    ports: low === undefined || high === undefined ? undefined : high - low + 1,
  };
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
