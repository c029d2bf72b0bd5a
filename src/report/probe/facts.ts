import type { ProbeRecord } from '../../domain/probe-record.ts';
import { counted, formatDuration } from '../text/units.ts';
import { STARTTLS_TEXT } from '../../domain/starttls.ts';
import { minuteText } from './date-text.ts';

const NS_PER_MS = 1e6;

/** The circumstances of a probe, a text for each: its targets, when and by which engine it was made, and its cost in connections. */
export const probeFacts = ({
  targets,
  starttls,
  startedUnixMs,
  engine,
  tries,
  connections,
  durationMs,
  interrupted,
}: ProbeRecord): string[] => [
  `probe of ${targets.map(targetText).join(', ')}`,
  ...(starttls === null ? [] : [`STARTTLS in ${STARTTLS_TEXT[starttls]}`]),
  minuteText(startedUnixMs),
  `engine ${engine}`,
  `${counted(tries, 'try', 'tries')} of each kind`,
  `${counted(connections, 'connection')} in ${formatDuration(durationMs * NS_PER_MS)}`,
  ...(interrupted ? ['interrupted'] : []),
];

const targetText = ({ name, serverName }: ProbeRecord['targets'][number]): string =>
  serverName === null || name.startsWith(`${serverName}:`) || name === serverName ? name : `${name} as ${serverName}`;
