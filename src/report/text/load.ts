import type { LoadOfRun } from '../../analysis/settings-of-run.ts';
import { counted, formatDuration, formatRate, grouped } from './units.ts';

/** `closed load, 16 in flight, 1 worker`. */
export const loadText = (load: LoadOfRun, workers: number): string =>
  [...modelTexts(load), ...sessionTexts(load), counted(workers, 'worker')].join(', ');

const modelTexts = (load: LoadOfRun): string[] => {
  const { model, concurrency } = load;
  const inFlight = concurrency === undefined ? undefined : `${grouped(concurrency)} in flight`;
  switch (model) {
    case 'open':
      return [`open load ${rateText(load)}`, ...atMost(inFlight)];
    case 'capacity':
      return [`a search for the highest rate with ${objectiveText(load)}`, ...atMost(inFlight)];
    case 'storm':
      return [`a storm of ${grouped(load.clients ?? Number.NaN)} clients within ${milliseconds(load.over)}`, ...atMost(inFlight)];
    default:
      return [...(model === '' ? [] : [`${model} load`]), ...(inFlight === undefined ? [] : [inFlight])];
  }
};

/** `p99 < 25 ms`. */
const objectiveText = ({ objective }: LoadOfRun): string =>
  objective === undefined ? 'an unknown objective' : `${objective.name} < ${formatDuration(objective.limitNs)}`;

const atMost = (inFlight: string | undefined): string[] => (inFlight === undefined ? [] : [`at most ${inFlight}`]);

const rateText = ({ rate, arrivals }: LoadOfRun): string => {
  const gaps = arrivals === 'poisson' ? ' with Poisson arrivals' : '';
  if (rate === undefined) return `of an unknown rate${gaps}`;
  if (typeof rate === 'number') return `of ${formatRate(rate)}${gaps}`;
  const { from, to, over, steps } = rate;
  const way = steps === undefined ? '' : ` in ${counted(steps, 'step')}`;
  return `from ${formatRate(from)} to ${formatRate(to)} over ${milliseconds(over)}${way}${gaps}`;
};

/** Differences from the default, in which each client offers its own newest session at once. */
const sessionTexts = ({ sessions, offerAfter }: LoadOfRun): string[] => [
  ...(sessions !== 'distinct' ? [`sessions ${sessions}`] : []),
  ...(offerAfter > 0 ? [`sessions at least ${milliseconds(offerAfter)} old`] : []),
];

const milliseconds = (ms: number | undefined): string => formatDuration(ms === undefined ? undefined : ms * 1e6);
