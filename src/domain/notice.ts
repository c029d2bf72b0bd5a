import type { AgentNotice } from './agent-notice.ts';
import type { FinishedCounts } from './block-counts.ts';
import type { ServerAction } from './event-record.ts';
import type { CpuAbsence } from './server-cpu.ts';

/** A remedy for a saturated generator: a setting to change, or another machine. */
export type GeneratorHint = 'engine' | 'workers' | 'machine' | 'concurrency' | 'rate' | 'over';

/**
 * A warning or a fact about the measurement, as data. Codes are stable; sentences are made in
 * `report/`.
 */
export type Notice =
  | { readonly code: 'engine-chosen'; readonly severity: 'info'; readonly engine: string; readonly reason: string }
  /** One handshake was in flight at a time because the run judges: the user has left the load open. */
  | { readonly code: 'one-at-a-time'; readonly severity: 'info' }
  | { readonly code: 'cell-skipped'; readonly severity: 'info'; readonly cell: string; readonly reason: string }
  | {
      readonly code: 'never-honoured';
      readonly severity: 'error';
      readonly cell: string;
      readonly handshakes: number;
      /** Counts by reason or failure. */
      readonly because: Readonly<Record<string, number>>;
    }
  | {
      /** No handshake finished. */
      readonly code: 'never-finished';
      readonly severity: 'error';
      readonly cell: string;
      /** Full handshakes of the cell succeeded: those that offered a session were broken off. */
      readonly whenOffered: boolean;
      readonly because: Readonly<Record<string, number>>;
    }
  | {
      readonly code: 'invalid-blocks';
      readonly severity: 'warning';
      readonly cell: string;
      readonly blocks: number;
      readonly of: number;
      /** Counts of blocks by reason. */
      readonly because: Readonly<Record<string, number>>;
    }
  | { readonly code: 'declined-as-configured'; readonly severity: 'info'; readonly cell: string; readonly handshakes: number }
  | {
      /** The nodes of a fleet do not accept each other's sessions: about the expected share of the handshakes was honoured. */
      readonly code: 'partly-as-configured';
      readonly severity: 'info';
      readonly cell: string;
      readonly handshakes: number;
      readonly honoured: number;
      readonly expectedShare: number;
    }
  | { readonly code: 'honoured-unexpectedly'; readonly severity: 'warning'; readonly cell: string; readonly honoured: number }
  | {
      readonly code: 'partly-declined';
      readonly severity: 'warning';
      readonly cell: string;
      readonly handshakes: number;
      readonly because: Readonly<Record<string, number>>;
    }
  | {
      readonly code: 'errors';
      readonly severity: 'warning';
      readonly cell: string;
      readonly handshakes: number;
      readonly because: Readonly<Record<string, number>>;
    }
  /**
   * Connections were refused, after each of which the generator waited before it made the next one.
   */
  | { readonly code: 'backed-off'; readonly severity: 'warning'; readonly cell: string; readonly refused: number }
  | { readonly code: 'stateful-tickets'; readonly severity: 'info'; readonly cell: string }
  | {
      readonly code: 'server-cpu-unknown';
      readonly severity: 'info';
      readonly state: string;
      readonly reason: CpuAbsence;
      /** Blocks in which it is not known, where it is in others. */
      readonly blocks?: number;
      readonly of?: number;
    }
  /** The CPU time of the servers that it forwards to is not in that of the server. */
  | { readonly code: 'server-forwards'; readonly severity: 'info'; readonly state: string; readonly to: readonly string[] }
  | {
      /** A limit on CPU time (cgroup) held the generator, or the server of a state, back. */
      readonly code: 'cpu-throttled';
      readonly severity: 'warning';
      /** `undefined` for the generator. */
      readonly state?: string;
      /** Cores that the limit allows. */
      readonly cores: number;
      /** Share of the limit's periods in which the time was used up, in the worst block. */
      readonly share: number;
    }
  | {
      readonly code: 'generator-saturated';
      readonly severity: 'warning';
      readonly cells: readonly string[];
      /** The number of measured cells. */
      readonly of: number;
      /** The share of its time in which the busiest worker of any block had something to do. */
      readonly busyShare: number;
      /**
       * The largest share of the handshakes' time for which what had arrived waited for the generator; absent where latencies are by
       * its own clock, and so include that.
       */
      readonly queueShare?: number;
      /** Delay of a schedule's starts (p99) in the worst block; 0 without a schedule. */
      readonly lateNs: number;
      /** Handshakes that fell due and were never started. */
      readonly dropped: number;
      readonly workers: number;
      readonly hints: readonly GeneratorHint[];
    }
  | {
      /** Starts of a schedule that waited because the limit of handshakes in flight was reached. */
      readonly code: 'connection-limited';
      readonly severity: 'warning';
      readonly cell: string;
      readonly connectionLimited: number;
      readonly due: number;
      readonly concurrency: number;
    }
  | {
      /** A limit of this machine that the load came close to. */
      readonly code: 'headroom';
      readonly severity: 'warning';
      readonly what: 'files' | 'ports';
      readonly used: number;
      readonly limit: number;
    }
  /** The generator was stopped, or the machine suspended, in the middle of a window. */
  | { readonly code: 'generator-stalled'; readonly severity: 'warning'; readonly blocks: number; readonly longestNs: number }
  | {
      /** Latencies are by the clock of this process although the engine asks the kernel for stamps. */
      readonly code: 'user-clock';
      readonly severity: 'warning';
      /** `stepped`: the system's clock was set anew; `unstamped`: the kernel did not stamp what arrived. */
      readonly reason: 'stepped' | 'unstamped';
      readonly blocks: number;
      readonly of: number;
    }
  | {
      /** The kernel of this side had to send segments again. */
      readonly code: 'retransmissions';
      readonly severity: 'warning';
      readonly cell: string;
      readonly connections: number;
      /** All that were started. */
      readonly of: number;
      readonly segments: number;
      /** Median time of these connections, from the TCP connect until their end. */
      readonly medianNs: number;
    }
  | { readonly code: 'cpu-stolen'; readonly severity: 'warning'; readonly share: number }
  | { readonly code: 'evidence-conflict'; readonly severity: 'error'; readonly cell: string; readonly handshakes: number }
  | {
      readonly code: 'littles-law';
      readonly severity: 'warning';
      readonly cell: string;
      readonly residual: number;
      readonly hints: readonly GeneratorHint[];
    }
  | {
      /** The server asked for another key share (HelloRetryRequest). */
      readonly code: 'hello-retry';
      readonly severity: 'warning';
      readonly cell: string;
      /** Of the handshakes whose hellos were read. */
      readonly share: number;
      /** The group that it chose; null where it is not known. */
      readonly group: string | null;
    }
  | {
      readonly code: 'extra-round-trips';
      readonly severity: 'warning';
      readonly cell: string;
      readonly taken: number;
      readonly needed: number;
      readonly rttNs: number;
    }
  | {
      readonly code: 'delayed-ack';
      readonly severity: 'warning';
      readonly cell: string;
      readonly timerMs: number;
      /** Share of the honoured handshakes. */
      readonly share: number;
    }
  | {
      readonly code: 'unanswered';
      readonly severity: 'warning';
      readonly cell: string;
      readonly unanswered: number;
      readonly asked: number;
    }
  | {
      /** Requests were answered with an HTTP status of 400 and above. */
      readonly code: 'error-statuses';
      readonly severity: 'warning';
      readonly cell: string;
      readonly answers: number;
      /** Counts by status. */
      readonly because: Readonly<Record<string, number>>;
    }
  | {
      /** tinybench's warning. */
      readonly code: 'coarse-clock';
      readonly severity: 'warning';
      readonly cell: string;
      readonly reason: string;
    }
  | {
      /** Not even the lowest rate tried met the objective. */
      readonly code: 'no-capacity';
      readonly severity: 'error';
      readonly cell: string;
      readonly lowestPerSecond: number;
      /** The median response time at the lowest rate, where it met the limit: the tail alone missed it. Null where it did not. */
      readonly medianNs: number | null;
    }
  | {
      /** The rate above the one found failed because of this generator. */
      readonly code: 'capacity-of-generator';
      readonly severity: 'warning';
      readonly cell: string;
      readonly perSecond: number;
    }
  | { readonly code: 'capacity-unconfirmed'; readonly severity: 'warning'; readonly cell: string; readonly trials: number }
  | { readonly code: 'mixed-suites'; readonly severity: 'warning'; readonly protocol: string; readonly suites: readonly string[] }
  /** Measured connections end with close_notify: the server forgets the sessions of these cells when their connection is reset. */
  | { readonly code: 'closed-in-order'; readonly severity: 'info'; readonly cells: readonly string[] }
  /** The server leaves a close_notify without an answer; connections wait so long for one. */
  | {
      readonly code: 'close-unanswered';
      readonly severity: 'warning';
      readonly states: readonly string[];
      readonly waitMs: number;
      /** The next handshake waits for it too. */
      readonly holdsLoad: boolean;
    }
  | {
      /** Full handshakes of a cell were shown different certificates. */
      readonly code: 'certificate-changed';
      readonly severity: 'warning';
      readonly cell: string;
      readonly certificates: number;
      /** Block in which another certificate than that of the first block was first seen: its round, and its start in ISO 8601. */
      readonly round: number;
      readonly since: string;
    }
  | {
      /** The server's own account of its handshakes is not ours. */
      readonly code: 'account-differs';
      readonly severity: 'warning';
      readonly state: string;
      readonly server: FinishedCounts;
      readonly ours: FinishedCounts;
      /** Connections that failed, which do not explain it. */
      readonly failed: number;
    }
  | {
      /** Something that was to be done to a server in the middle of a window could not be done. */
      readonly code: 'event-failed';
      readonly severity: 'error';
      readonly state: string;
      readonly action: ServerAction;
      readonly round: number;
      readonly reason: string;
    }
  | {
      /** The window was over before it could be done. */
      readonly code: 'event-missed';
      readonly severity: 'warning';
      readonly state: string;
      readonly action: ServerAction;
      readonly round: number;
    }
  | { readonly code: 'not-verified'; readonly severity: 'info'; readonly state: string }
  | AgentNotice
  | { readonly code: 'worker-lost'; readonly severity: 'error'; readonly reason: string }
  /** The reason is the system's error code of the last attempt. Never part of a saved record. */
  | { readonly code: 'not-saved'; readonly severity: 'error'; readonly folder: string; readonly reason: string }
  | {
      readonly code: 'stopped-on-errors';
      readonly severity: 'error';
      readonly cell: string;
      readonly errorShare: number;
      /** Failures of the window in which the run was stopped; absent in older files. */
      readonly because?: Readonly<Record<string, number>>;
    }
  | { readonly code: 'interrupted'; readonly severity: 'warning'; readonly blocks: number; readonly planned: number };

export type NoticeCode = Notice['code'];
