import { cpus, loadavg, release, totalmem } from 'node:os';
import type { RunRecord } from '../domain/run-record.ts';
import { usableCores } from './machine.ts';

/** Facts of this machine that numbers depend on. No host name and no user name: results are shared. */
export const readEnvironment = (): RunRecord['environment'] => ({
  node: process.versions.node,
  openssl: process.versions.openssl,
  platform: `${process.platform}-${process.arch}`,
  kernel: release(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: usableCores(),
  memoryBytes: totalmem(),
  loadAverage: loadavg()[0] ?? 0,
});
