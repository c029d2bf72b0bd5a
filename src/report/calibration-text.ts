import { metricNamed } from '../analysis/metrics/catalogue.ts';
import type { AlarmCount, Calibration, MetricNoise } from '../domain/calibration.ts';
import { protocolLabel } from '../domain/protocol.ts';
import { ABSENT, counted, formatShare, grouped } from './text/units.ts';
import { oneLine } from './safe-text.ts';
import type { Column } from './table.ts';
import { alignedRows } from './terminal.ts';

/** A calibration for a terminal: the noise of each metric, how often gates cry wolf, and what plan follows. */
export const calibrationText = (calibration: Calibration): string =>
  [
    `${calibration.target} against itself, blocks of ${counted(calibration.handshakesPerBlock, 'handshake')}`,
    '',
    ...alignedRows({ columns: columnsOf(calibration), rows: calibration.noise.map(cellsOf) }),
    '',
    ...readings(calibration),
    '',
    `False alarms: ${alarmText(calibration.resampled, 'gates put together anew from these pairs')}.`,
    ...(calibration.measured.gates === 0
      ? []
      : [`False alarms: ${alarmText(calibration.measured, 'measured gates of the same against the same')}.`]),
    `Promised are at most ${formatShare(calibration.alpha)}.`,
    recommendation(calibration),
    '',
  ]
    .map(oneLine)
    .join('\n');

const columnsOf = ({ looks }: Calibration): Column[] => [
  ...['protocol', 'mode', 'metric'].map((head): Column => ({ head, align: 'left', reading: '', yields: 0 })),
  ...['pairs', 'sd', 'lag 1', 'second', 'bias', ...looks.map((pairs) => `finds at ${String(pairs)}`)].map((head): Column => ({
    head,
    align: 'right',
    reading: '',
    yields: 0,
  })),
];

const cellsOf = (noise: MetricNoise): string[] => [
  protocolLabel(noise.protocol),
  noise.mode,
  metricNamed(noise.metric).label,
  grouped(noise.pairs),
  noise.sd === null ? ABSENT : percent(noise.sd),
  noise.autocorrelation === null ? ABSENT : noise.autocorrelation.toFixed(2),
  noise.positionEffect === null ? ABSENT : signedPercent(noise.positionEffect),
  noise.bias === null ? ABSENT : signedPercent(noise.bias.estimate),
  ...noise.detectable.map((effect) => (effect === null ? ABSENT : signedPercent(effect))),
];

const readings = ({ noise }: Calibration): string[] => [
  'sd: of the difference between the two, pair by pair. lag 1: how much a difference resembles the one before it; pairs count as',
  'independent while it is near 0. second: what being measured second does' +
    (noise.every(({ positionEffect }) => positionEffect === null) ? ' (nothing here: both share every window). ' : '. ') +
    'bias: what differs between two',
  'starts of the same. finds at: the smallest change that so many pairs find nine times in ten.',
];

const alarmText = ({ gates, failed, inconclusive, low, high }: AlarmCount, what: string): string =>
  `${grouped(failed)} of ${grouped(gates)} ${what}, ${percent(failed / gates)} (95 % interval ${percent(low)} to ${percent(high)}); ${grouped(inconclusive)} undecided`;

const recommendation = ({ recommended: { effect, pairs } }: Calibration): string =>
  pairs === null
    ? `This machine is too noisy to find a change of ${percent(effect)} in every metric: use a quieter one, or gate on fewer metrics.`
    : `To find a change of ${percent(effect)} in every metric nine times in ten: plan: { pairs: ${String(pairs)} }, or the looks that reach it.`;

const percent = (fraction: number): string => `${(fraction * 100).toFixed(fraction >= 0.1 ? 0 : 1)} %`;

const signedPercent = (fraction: number): string => `${fraction < 0 ? '-' : '+'}${percent(Math.abs(fraction))}`;
