import { median } from '../median.ts';
import type { Interval, Simulated } from './simulate.ts';
import type { WindowMarks } from './timed-fleet.ts';

/** The cost of a window: times in ms, the median of several windows; bytes in MB. */
export interface Cost {
  readonly agents: number;
  readonly status: string;
  readonly lost: number;
  /** From the first look for agents until all are claimed. */
  readonly assembledMs: number;
  /** From a window's begin to the next one's, less the time that is measured. */
  readonly coordinationMs: number;
  /** From handing out the window until the first agent has its task: all of them are in Redis by then. */
  readonly firstTaskMs: number;
  readonly lastTaskMs: number;
  /** ...until all agents are ready. */
  readonly armedMs: number;
  /** From the word to begin until the common start. */
  readonly marginMs: number;
  /** By how much the last agent began too late. */
  readonly lateMs: number;
  /** From the end of the window until the last agent has its answer ready... */
  readonly lastAnswerMs: number;
  /** ...from there until all are read and decoded... */
  readonly decodedMs: number;
  /** ...and merged. */
  readonly mergedMs: number;
  /** CPU time of the coordinator: until the end of the window, from there until it has all reports, and for merging them. */
  readonly cpuOrdersMs: number;
  readonly cpuReportsMs: number;
  readonly cpuMergeMs: number;
  readonly rssBeforeMB: number;
  readonly rssPeakMB: number;
  readonly redisCpuMs: number;
  readonly redisInMB: number;
  readonly redisOutMB: number;
  readonly redisPeakMB: number;
  readonly redisConnections: number;
  readonly redisCommands: number;
  /** Of the time, while agents only wait. */
  readonly redisIdleShare: number;
}

export const costOf = (run: Simulated): Cost => {
  const { agents, status, lost, windows, assembledMs, rssBefore, rssPeak, idle, loaded } = run;
  return {
    agents,
    status,
    lost: lost.length,
    assembledMs: rounded(assembledMs),
    ...timesOf(run),
    ...cpuOf(windows),
    rssBeforeMB: rounded(rssBefore / 1e6),
    rssPeakMB: rounded(rssPeak / 1e6),
    redisCpuMs: rounded(grown(loaded, 'cpuMs') / windows.length),
    redisInMB: rounded(grown(loaded, 'bytesIn') / windows.length / 1e6),
    redisOutMB: rounded(grown(loaded, 'bytesOut') / windows.length / 1e6),
    redisPeakMB: rounded(loaded.after.peakMemory / 1e6),
    redisConnections: loaded.after.connections,
    redisCommands: rounded(grown(loaded, 'commands') / windows.length),
    redisIdleShare: rounded(grown(idle, 'cpuMs') / grown(idle, 'atMs')),
  };
};

const timesOf = ({ windows, tasks, windowMs }: Simulated) => {
  const medianMs = (value: (window: WindowMarks) => number): number => rounded(median(windows.map(value)) / 1000);
  const taskOf = ({ number }: WindowMarks) => {
    const task = tasks.get(number);
    if (task === undefined) throw new Error('no agent has seen a task');
    return task;
  };
  const endUs = ({ startUs }: WindowMarks): number => startUs + windowMs * 1000;
  return {
    coordinationMs: medianMs(({ started, ended }) => ended.atUs - started.atUs - windowMs * 1000),
    firstTaskMs: medianMs((window) => taskOf(window).firstArrivedUs - window.ordered.atUs),
    lastTaskMs: medianMs((window) => taskOf(window).lastArrivedUs - window.ordered.atUs),
    armedMs: medianMs(({ ordered, armed }) => armed.atUs - ordered.atUs),
    marginMs: medianMs(({ armed, startUs }) => startUs - armed.atUs),
    lateMs: medianMs((window) => Math.max(0, taskOf(window).lastHeardUs - window.startUs)),
    lastAnswerMs: medianMs((window) => taskOf(window).lastAnsweredUs - endUs(window)),
    decodedMs: medianMs((window) => window.answered.atUs - taskOf(window).lastAnsweredUs),
    mergedMs: medianMs(({ answered, ended }) => ended.atUs - answered.atUs),
  };
};

const cpuOf = (windows: readonly WindowMarks[]) => {
  const medianMs = (value: (window: WindowMarks) => number): number => rounded(median(windows.map(value)) / 1000);
  return {
    cpuOrdersMs: medianMs(({ started, over }) => over.cpuUs - started.cpuUs),
    cpuReportsMs: medianMs(({ over, answered }) => answered.cpuUs - over.cpuUs),
    cpuMergeMs: medianMs(({ answered, ended }) => ended.cpuUs - answered.cpuUs),
  };
};

const grown = ({ before, after }: Interval, name: keyof Interval['before']): number => after[name] - before[name];

const rounded = (value: number): number => Number(value.toPrecision(3));
