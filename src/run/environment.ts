import { cpus, loadavg, release, totalmem } from 'node:os';
import type { RunRecord } from '../domain/run-record.ts';

/** What the numbers depend on besides the scenario. No host name and no user name: results are shared. */
export const describeEnvironment = (): RunRecord['environment'] => ({
  node: process.versions.node,
  openssl: process.versions.openssl,
  platform: `${process.platform}-${process.arch}`,
  kernel: release(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryBytes: totalmem(),
  loadAverage: loadavg()[0] ?? 0,
});
