import { metricNamed } from '../analysis/metrics/catalogue.ts';
import type { AlarmCount, Calibration, MetricNoise } from '../domain/calibration.ts';
import { protocolLabel } from '../domain/protocol.ts';
import { ABSENT, counted, formatChange, formatPercent, formatShare, grouped } from './text/units.ts';
import { oneLine } from './safe-text.ts';
import type { Column } from './table.ts';
import { alignedRows } from './terminal.ts';

/**
 * A calibration for a terminal: the noise of each metric, the rate of false alarms, and the plan to
 * use.
 */
export const calibrationText = (calibration: Calibration): string =>
  [
    `${calibration.target} against itself, blocks of ${counted(calibration.handshakesPerBlock, 'handshake')}, ${grouped(calibration.concurrency)} in flight`,
    '',
    ...alignedRows({ columns: columnsOf(calibration), rows: calibration.noise.map(cellsOf) }),
    '',
    ...readings(calibration),
    '',
    `False alarms: ${alarmText(calibration.resampled, 'gates resampled from these pairs')}.`,
    ...(calibration.measured.gates === 0
      ? []
      : [`False alarms: ${alarmText(calibration.measured, 'measured gates on two identical states')}.`]),
    `The promise is at most ${formatShare(calibration.alpha)}.`,
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
  noise.sd === null ? ABSENT : formatPercent(noise.sd),
  noise.autocorrelation === null ? ABSENT : noise.autocorrelation.toFixed(2),
  noise.positionEffect === null ? ABSENT : formatChange(noise.positionEffect),
  noise.bias === null ? ABSENT : formatChange(noise.bias.estimate),
  ...noise.detectable.map((effect) => (effect === null ? ABSENT : formatChange(effect))),
];

const readings = ({ noise }: Calibration): string[] => [
  'sd: standard deviation of the difference within a pair.',
  'lag 1: autocorrelation of these differences; near 0 the pairs are independent.',
  `second: effect of being measured second${hasPositions(noise) ? '' : ' (none here: both share every window)'}.`,
  'bias: difference between two starts of the same server.',
  'finds at: smallest change that this many pairs detect nine times in ten.',
];

const hasPositions = (noise: Calibration['noise']): boolean => noise.some(({ positionEffect }) => positionEffect !== null);

const alarmText = ({ gates, failed, inconclusive, low, high }: AlarmCount, what: string): string =>
  `${grouped(failed)} of ${grouped(gates)} ${what}, ${formatShare(failed / gates)} (95% confidence interval ${formatPercent(low)} to ${formatPercent(high)}); ${grouped(inconclusive)} inconclusive`;

const recommendation = ({ recommended: { effect, pairs } }: Calibration): string =>
  pairs === null
    ? `This machine is too noisy to detect a change of ${formatShare(effect)} in every metric: use a quieter one, or gate on fewer metrics.`
    : `To detect a change of ${formatShare(effect)} in every metric nine times in ten, use --pairs ${String(pairs)}, or --looks that reach ${String(pairs)}.`;
