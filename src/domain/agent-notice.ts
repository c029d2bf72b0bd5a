import type { AgentFaultKind } from './agent-record.ts';

/** A doubt about the machines that load together. */
export type AgentNotice =
  | {
      /** Something was wrong with one of them. */
      readonly code: 'agent-fault';
      readonly severity: 'error';
      readonly agent: string;
      readonly kind: AgentFaultKind;
      /** In which it was noticed first; below 0 in warm-up. */
      readonly round: number;
      /** The end of a sentence that begins with the agent's name. */
      readonly reason: string;
    }
  | {
      /** Of a run that was not carried out by all of its machines. */
      readonly code: 'plan-cut';
      readonly severity: 'error';
      /** Blocks that are whole, of those that were planned. */
      readonly blocks: number;
      readonly of: number;
    }
  | {
      /** Of the runs that were merged some lack blocks that others have: these are left out. */
      readonly code: 'blocks-not-shared';
      readonly severity: 'warning';
      /** Merged blocks, out of those that the machines were to measure. */
      readonly blocks: number;
      readonly of: number;
      /** Numbers of blocks, by the run that lacks them. */
      readonly lacking: Readonly<Record<string, number>>;
      /** Whether the windows of all runs were in the same order. */
      readonly oneSeed: boolean;
    };
