import { z } from '../../domain/zod.ts';
import type { LoadProgress } from '../../load/load-generator.ts';
import { quantileOfCountsNs } from '../../load/protocol/live-latency.ts';

const whole = z.int().nonnegative();

/** One agent's live counts in a task. Absent `refusedNs` says that it has tried nothing yet. */
export const progressSchema = z.object({
  finished: whole,
  honoured: whole,
  errors: whole,
  refusedAgain: whole,
  refusedNs: z.number().nonnegative().optional(),
  inFlight: z.int(),
  begun: whole,
  restedNs: z.array(z.number()),
  /** Steps of the live latencies that have something in them, and how much. */
  latency: z.array(z.tuple([whole, whole])),
});

/**
 * How far an agent is with a task: it prepares the load, waits for the start of a window, or loads. A task that has no load is all
 * preparation.
 */
const STAGES = ['preparing', 'armed', 'loading'] as const;

export type Stage = (typeof STAGES)[number];

/** The progress of an agent as it is sent while a task goes on. */
const progressMessageSchema = z.object({ agent: z.string(), task: whole, stage: z.enum(STAGES), progress: progressSchema });

export type ProgressMessage = Readonly<z.infer<typeof progressMessageSchema>>;

export type AgentCounts = Readonly<z.infer<typeof progressSchema>>;

export const decodeProgress = (message: unknown): ProgressMessage => progressMessageSchema.parse(message);

/** The counts of an agent's own load generator, as they are sent. */
export const countsOf = (progress: LoadProgress, latency: readonly number[]): AgentCounts => ({
  finished: progress.finished,
  honoured: progress.honoured,
  errors: progress.errors,
  refusedAgain: progress.refusedAgain,
  ...(Number.isFinite(progress.refusedNs) && { refusedNs: progress.refusedNs }),
  inFlight: progress.inFlight,
  begun: progress.begun,
  restedNs: [...progress.restedNs],
  latency: [...latency.entries()].filter(([, count]) => count > 0),
});

/** An agent that takes part in a task, with its latest counts; `undefined` before the first. */
export interface Participant {
  readonly name: string;
  readonly workers: number;
  readonly counts: AgentCounts | undefined;
}

/** The progress of all agents together. */
export const togetherOf = (participants: readonly Participant[]): LoadProgress => {
  const all = participants.flatMap(({ counts }) => counts ?? []);
  const sum = (value: (counts: AgentCounts) => number): number => all.reduce((total, counts) => total + value(counts), 0);
  const latency = latencyOf(all);
  return {
    finished: sum(({ finished }) => finished),
    honoured: sum(({ honoured }) => honoured),
    errors: sum(({ errors }) => errors),
    refusedAgain: sum(({ refusedAgain }) => refusedAgain),
    // One agent that is answered shows that the target is there.
    refusedNs: Math.min(...all.map(({ refusedNs }) => refusedNs ?? Number.POSITIVE_INFINITY)),
    inFlight: sum(({ inFlight }) => inFlight),
    begun: sum(({ begun }) => begun),
    restedNs: all.flatMap(({ restedNs }) => restedNs),
    p50Ns: quantileOfCountsNs(latency, 0.5),
    p99Ns: quantileOfCountsNs(latency, 0.99),
    agents: participants.map(({ name, workers, counts: { finished = 0, errors = 0, refusedAgain = 0 } = {} }) => ({
      name,
      workers,
      finished,
      errors,
      refusedAgain,
    })),
  };
};

const latencyOf = (all: readonly AgentCounts[]): number[] => {
  const counts: number[] = [];
  for (const { latency } of all) for (const [step, count] of latency) counts[step] = (counts[step] ?? 0) + count;
  return Array.from(counts, (count: number | undefined) => count ?? 0);
};
