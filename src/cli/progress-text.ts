import { cellLabel, type Cell } from '../domain/cell.ts';
import { counted, formatDuration, formatRate, formatRoughTime, formatShare, grouped } from '../report/text/units.ts';
import type { RunEvent, RunPlan, WindowPosition } from '../run/progress/event.ts';
import { median } from '../stats/descriptive.ts';
import type { AgentProgress } from '../load/load-generator.ts';
import type { TimeLeft } from './remaining.ts';

type Progress = Extract<RunEvent, { type: 'progress' }>;

/** `6 cells over 5 rounds, at least 36 s`: the extent of a run before it begins. */
export const planText = ({ rounds, looks, isSearch, plannedMs }: RunPlan, cells: number): string => {
  const what = counted(cells, 'cell');
  if (isSearch) return `${what}, a search that takes about ${formatRoughTime(plannedMs ?? 0)}`;
  const ends = looks.length === 0 ? '' : `, or fewer if all is decided after ${looks.join(' or ')}`;
  const time = plannedMs === undefined ? 'the time depends on the server' : `at least ${formatRoughTime(plannedMs)}`;
  return `${what} over ${counted(rounds, 'round')}${ends}; ${time}`;
};

/** `round 1/5  edge TLS 1.3 ticket`. */
export const positionText = ({ cells, round, rounds, trialPerSecond }: WindowPosition): string => {
  const number = String(round + 1);
  const turn =
    trialPerSecond === undefined ? `round ${number}/${String(rounds)}` : `trial ${number} at ${formatRate(trialPerSecond)}`;
  return `${round < 0 ? 'warm-up' : turn}  ${cellsText(cells)}`;
};

/** `before + after TLS 1.3 ticket` where cells differ only in their state. */
const cellsText = (cells: readonly Cell[]): string => {
  const [first] = cells;
  const isOneKind = cells.every(({ protocol, mode }) => protocol === first?.protocol && mode === first.mode);
  if (first === undefined || !isOneKind) return cells.map(cellLabel).join(' + ');
  return cellLabel({ ...first, state: cells.map(({ state }) => state).join(' + ') });
};

/**
 * As many parts as a line has room for, in their order: a part is shown whole or not at all, and
 * the first one is cut where it is too long itself.
 */
export const fittedLine = (parts: readonly string[], columns: number): string => {
  let line = '';
  for (const part of parts.filter((text) => text !== '')) {
    const longer = line === '' ? part : `${line}  ${part}`;
    if (longer.length > columns) return line === '' ? part.slice(0, columns) : line;
    line = longer;
  }
  return line;
};

/**
 * The progress of a phase: priming by its count, a window by its rates, latencies and the
 * generator's health.
 */
export const progressTexts = (event: Progress): string[] => {
  const { phase, progress } = event;
  switch (phase.name) {
    case 'priming':
      // A handshake that tries whether the server resumes gives a session more than was asked for.
      return [
        `priming ${grouped(Math.min(progress.finished, phase.sessions))} of ${grouped(phase.sessions)}`,
        ...errorTexts(event),
      ];
    case 'ageing':
      return [`waiting for sessions to age, ${formatRoughTime(Math.max(0, phase.ms - event.elapsedMs))} left`];
    case 'window':
      return windowTexts(event);
  }
};

/** `about 12 s left`, `about 40 s to the next look, 3 min at most`. */
export const leftText = (left: TimeLeft | undefined): string => {
  if (left === undefined) return '';
  const { endMs, lookMs } = left;
  return lookMs === undefined
    ? `about ${formatRoughTime(endMs)} left`
    : `about ${formatRoughTime(lookMs)} to the next look, ${formatRoughTime(endMs)} at most`;
};

const windowTexts = (event: Progress): string[] => {
  const { progress, recent, asked } = event;
  const rate = formatRate(recent.ratePerSecond);
  return [
    asked === undefined ? rate : `${rate} of ${formatRate(asked.perSecond)}`,
    `${grouped(progress.inFlight)} in flight`,
    ...(progress.finished > 0 ? [`${formatShare(progress.honoured / progress.finished)} honoured`] : []),
    ...errorTexts(event),
    ...latencyTexts(event),
    ...healthTexts(event),
  ];
};

/** Under a schedule the response time, which is what users wait. */
const latencyTexts = ({ progress: { p50Ns, p99Ns }, asked }: Progress): string[] =>
  p50Ns === undefined
    ? []
    : [`${asked === undefined ? '' : 'response '}p50 ${formatDuration(p50Ns)}, p99 ${formatDuration(p99Ns)}`];

const errorTexts = ({ progress: { errors } }: Progress): string[] =>
  errors > 0 ? [`${grouped(errors)} ${errors === 1 ? 'error' : 'errors'}`] : [];

/**
 * Starts that are due are not late before the reactor comes round to them: less than this is not
 * worth a mention.
 */
const BEHIND_S = 0.1;

const healthTexts = ({ recent, asked, progress }: Progress): string[] => {
  const behind = asked === undefined ? 0 : Math.floor(asked.due - progress.begun);
  return [
    ...(recent.busyShare === undefined ? [] : [`workers ${formatShare(recent.busyShare)} busy`]),
    ...(asked !== undefined && behind > BEHIND_S * asked.perSecond ? [`${grouped(behind)} starts late`] : []),
    ...slowestTexts(progress.agents ?? []),
  ];
};

/** The agent whose workers have finished least, beside what those of the others have in the median. */
const slowestTexts = (agents: readonly AgentProgress[]): string[] => {
  const ranked = agents.toSorted((a, b) => perWorker(a) - perWorker(b));
  const [slowest, ...others] = ranked;
  const usual = median(others.map(perWorker)) ?? 0;
  if (slowest === undefined || usual === 0) return [];
  return [`slowest ${slowest.name}, ${formatShare(perWorker(slowest) / usual)} of the others`];
};

const perWorker = ({ finished, workers }: AgentProgress): number => finished / Math.max(1, workers);
