import type { Notice } from '../../domain/notice.ts';
import type { RunRecord } from '../../domain/run-record.ts';

/** What was wrong with the machines that loaded. */
export const agentNotices = ({ agents = [] }: RunRecord): Notice[] =>
  agents.flatMap(({ name: agent, faults }) =>
    faults.map(({ kind, round, reason }): Notice => ({ code: 'agent-fault', severity: 'error', agent, kind, round, reason })),
  );
