/** Names of everything that is kept in Redis: one prefix, so that a database may be shared with others. */
export const PREFIX = 'resumark';

/** The agents that have given a sign of life, by the time of the last one. */
export const ROLL_KEY = `${PREFIX}:roll`;

/** The facts that an agent states of itself; gone when it gives no sign of life. */
export const presenceKey = (agentId: string): string => `${PREFIX}:presence:${agentId}`;

/** The run that an agent works for. */
export const claimKey = (agentId: string): string => `${PREFIX}:claim:${agentId}`;

/** There as long as the coordinator of a run is: a claim of a run without a lease is void. */
export const leaseKey = (runToken: string): string => `${PREFIX}:lease:${runToken}`;

export const progressChannel = (runToken: string): string => `${PREFIX}:progress:${runToken}`;
export const controlChannel = (runToken: string): string => `${PREFIX}:control:${runToken}`;

/** The queue that one agent takes its tasks from. */
export const agentQueue = (agentId: string): string => `agent-${agentId}`;

/** The queue of the parents of all tasks of a run. */
export const runQueue = (runToken: string): string => `run-${runToken}`;
