import { cellLabel } from '../domain/cell.ts';
import { formatDuration, formatRate, formatShare, grouped } from '../report/text/units.ts';
import type { WindowPosition, RunEvent } from '../run/progress/event.ts';

type Progress = Extract<RunEvent, { type: 'progress' }>;

/** `round 1/5  edge TLS 1.3 ticket`. */
export const positionText = ({ cells, round, rounds, probePerSecond }: WindowPosition): string => {
  const number = String(round + 1);
  const turn =
    probePerSecond === undefined ? `round ${number}/${String(rounds)}` : `probe ${number} at ${formatRate(probePerSecond)}`;
  return `${round < 0 ? 'warm-up' : turn}  ${cells.map(cellLabel).join(' + ')}`;
};

/**
 * The progress of a phase: priming by its count, a window by its rates, latencies and the
 * generator's health.
 */
export const progressText = (event: Progress): string => {
  const { phase, progress } = event;
  switch (phase.name) {
    case 'priming':
      return [`priming ${grouped(progress.finished)} of ${grouped(phase.sessions)}`, ...errorTexts(event)].join('  ');
    case 'ageing':
      return `waiting for sessions to age, ${seconds(Math.max(0, phase.ms - event.elapsedMs))} left`;
    case 'window':
      return windowTexts(event).join('  ');
  }
};

/** `about 12 s left`, `about 3 min left`. */
export const leftText = (ms: number | undefined): string => (ms === undefined ? '' : `about ${seconds(ms)} left`);

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
  ];
};

const seconds = (ms: number): string => {
  const whole = Math.ceil(ms / 1000);
  return whole < 120 ? `${String(whole)} s` : `${String(Math.round(whole / 60))} min`;
};
