import type { MachineReading } from '../cpu/machine.ts';
import type { AgentFault, AgentRecord } from '../domain/agent-record.ts';
import type { SessionPolicy } from '../domain/session-policy.ts';
import type { ClientSettings } from '../engine/engine.ts';
import type { MachineLimits } from '../scenario/machine-limits.ts';
import type { Control } from './protocol/counters.ts';
import type { MeasuredStream, PrimedStream, WindowPart, WorkerReport } from './protocol/messages.ts';

/** A cell as workers load it, opened once per run: windows name it by its id. */
export interface CellContext {
  readonly cell: string;
  readonly settings: ClientSettings;
  readonly policy: SessionPolicy;
  /** Least age of a session that is offered. */
  readonly offerAfterNs: number;
}

/** Live counts of all workers in the phase that goes on. */
export interface LoadProgress {
  readonly finished: number;
  readonly honoured: number;
  readonly errors: number;
  /**
   * Of the errors, connections that were refused although the generator had waited after the last
   * refusal.
   */
  readonly refusedAgain: number;
  /** Time for which the target has refused every connection; 0 when it answers. */
  readonly refusedNs: number;
  readonly inFlight: number;
  /** Measured starts. */
  readonly begun: number;
  /** Time in which each worker had nothing to do. */
  readonly restedNs: readonly number[];
  /** Of the honoured handshakes of this window so far, within 9 %; `undefined` before the first. */
  readonly p50Ns: number | undefined;
  readonly p99Ns: number | undefined;
  /** One per agent that takes part; absent where this machine loads. */
  readonly agents?: readonly AgentProgress[];
}

/** One agent's part of the progress. */
export interface AgentProgress extends Pick<LoadProgress, 'finished' | 'errors' | 'refusedAgain'> {
  readonly name: string;
  readonly workers: number;
}

/** A machine that loads for this one. */
export interface LoadAgent {
  readonly facts: Omit<AgentRecord, 'faults'>;
  /** The reason why it does not load, or not any more; `undefined` while it does. */
  readonly absence: Pick<AgentFault, 'kind' | 'reason'> | undefined;
}

/** One machine's part of a window. */
export interface HostReport {
  /** Absent where it is this machine. */
  readonly agent?: string;
  /** Begin of its last worker after the common start; absent where this machine loads. */
  readonly startSkewNs?: number;
  /** Time that it had from hearing of the common start until then; absent where this machine loads. */
  readonly slackNs?: number;
  /** One per stream of the window, over all of its workers. */
  readonly primed: readonly PrimedStream[];
  readonly streams: readonly MeasuredStream[];
  /** One per worker of this machine. */
  readonly workers: readonly WorkerReport[];
  readonly before: MachineReading;
  readonly after: MachineReading;
  readonly limits: MachineLimits;
}

export interface MeasuredLoad {
  /** Start of the window as Unix time, in digits: ns since 1970 are beyond what a double holds. */
  readonly startUnixNs: string;
  readonly hosts: readonly HostReport[];
  /** Names of agents that were lost since the window was handed out: what they did is unknown. */
  readonly lost: readonly string[];
}

/**
 * Carries out windows: the worker threads of this process, or agents on several machines.
 *
 * It knows nothing of plans, rounds and results: it opens cells once, and is asked window by window
 * to get ready and to load. Questions are put one at a time.
 */
export interface LoadGenerator {
  /** Workers that a window's load is split over. */
  readonly workers: number;
  /** The machines that load, lost ones included; `undefined` where this one does. */
  readonly agents: readonly LoadAgent[] | undefined;
  /** Time that workers need to hear of their start. */
  readonly startMarginNs: number;
  /** Makes the cells known that windows will name. */
  open(contexts: readonly CellContext[]): Promise<void>;
  /**
   * Hands out a window: obtains sessions, and lets all workers wait for its start.
   *
   * @param parts one per worker that takes part: the first ones.
   */
  arm(parts: readonly WindowPart[]): Promise<void>;
  /**
   * Loads from a common start on, until each worker's bound, as was handed out last.
   *
   * @param startInNs time until that start: enough for all workers to hear of it.
   * @throws ResumarkError WORKER_LOST when a worker has ended.
   */
  measure(startInNs: number): Promise<MeasuredLoad>;
  progress(): LoadProgress;
  /** Reaches workers in the middle of a window. `run` takes a `drain` back. */
  control(control: Control): void;
  close(): Promise<void>;
}
