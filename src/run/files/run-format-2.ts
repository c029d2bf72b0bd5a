import { RUN_FORMAT } from '../../domain/run-record.ts';

/**
 * Converts a record of format 2, in which every latency was by the user-space clock: it is shown as
 * such, and compared with none of the kernel's.
 */
export const fromRunFormat2 = (run: object): unknown => {
  const blocks = 'blocks' in run && Array.isArray(run.blocks) ? (run.blocks as readonly unknown[]) : [];
  return { ...run, format: RUN_FORMAT, blocks: blocks.map(withClock) };
};

const withClock = (block: unknown): unknown =>
  typeof block === 'object' ? { ...block, clock: 'older', split: null, retransmitted: null } : block;
