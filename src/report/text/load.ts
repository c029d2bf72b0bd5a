import type { RunRecord } from '../../domain/run-record.ts';
import { counted, formatDuration, formatRate, grouped } from './units.ts';

/**
 * `closed load, 16 in flight, 1 worker`: from the resolved scenario, which is free-form in a
 * record.
 */
export const loadText = ({ scenario, workers }: RunRecord): string => {
  const load = mapping(scenario['load']);
  return [...modelTexts(load), ...sessionTexts(load), counted(workers, 'worker')].join(', ');
};

type Settings = Readonly<Partial<Record<string, unknown>>>;

const mapping = (value: unknown): Settings => (typeof value === 'object' && value !== null ? (value as Settings) : {});

const modelTexts = (load: Settings): string[] => {
  const { model, concurrency } = load;
  const inFlight = typeof concurrency === 'number' ? `${grouped(concurrency)} in flight` : undefined;
  switch (model) {
    case 'open':
      return [`open load ${rateText(load)}`, ...atMost(inFlight)];
    case 'capacity':
      return [`a search for the highest rate with ${objectiveText(load)}`, ...atMost(inFlight)];
    case 'storm':
      return [`a storm of ${grouped(Number(load['clients']))} clients within ${milliseconds(load['over'])}`, ...atMost(inFlight)];
    default:
      return [...(typeof model === 'string' ? [`${model} load`] : []), ...(inFlight === undefined ? [] : [inFlight])];
  }
};

/** `p99 < 25 ms`. */
const objectiveText = ({ objective }: Settings): string => {
  const { name, limitNs } = mapping(objective);
  return `${String(name)} < ${formatDuration(Number(limitNs))}`;
};

const atMost = (inFlight: string | undefined): string[] => (inFlight === undefined ? [] : [`at most ${inFlight}`]);

const rateText = ({ rate, arrivals }: Settings): string => {
  const gaps = arrivals === 'poisson' ? ' with Poisson arrivals' : '';
  if (typeof rate === 'number') return `of ${formatRate(rate)}${gaps}`;
  const { from, to, over, steps } = mapping(rate);
  const way = typeof steps === 'number' ? ` in ${counted(steps, 'step')}` : '';
  return `from ${formatRate(Number(from))} to ${formatRate(Number(to))} over ${milliseconds(over)}${way}${gaps}`;
};

/** Differences from the default, in which each client offers its own newest session at once. */
const sessionTexts = ({ sessions, offerAfter }: Settings): string[] => [
  ...(typeof sessions === 'string' && sessions !== 'distinct' ? [`sessions ${sessions}`] : []),
  ...(typeof offerAfter === 'number' && offerAfter > 0 ? [`sessions at least ${milliseconds(offerAfter)} old`] : []),
];

const milliseconds = (ms: unknown): string => formatDuration(Number(ms) * 1e6);
