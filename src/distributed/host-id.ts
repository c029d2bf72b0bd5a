import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/** The same for processes that share a machine and its network namespace, and so its loopback addresses. Says nothing else of it. */
export const hostId = (): string => {
  const parts = [
    read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    read(() => readlinkSync('/proc/self/ns/net')),
  ];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
};

/** Elsewhere than on Linux every process has a host of its own: nothing is assumed to be shared. */
const read = (source: () => string): string => {
  try {
    return source();
  } catch {
    return String(process.pid);
  }
};
