import type { ProbeRecord } from '../../domain/probe-record.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import type { WatchedAddress, WatchReport } from '../../domain/watch-report.ts';
import { sumOf } from '../../stats/descriptive.ts';
import type { Column, Table } from '../table.ts';
import { ABSENT, counted, grouped } from '../text/units.ts';
import { addressName, type Addresses } from './address-text.ts';
import { MECHANISM_TEXT } from './finding-text.ts';
import { bracketText, spanText } from './span-text.ts';

/** A word on how to read {@link watchTable}. */
export const WATCH_READING =
  'Times are enclosed by the polls. Grace: how long tickets of a key are honoured after it was replaced. Renewed: age of a session each of whose resumptions brought the next.';

/** `Over 30 min, polled every 10 s: TLS 1.3 by PSK`. */
export const watchTitle = ({ durationMs, everyMs, protocol, mechanism }: WatchReport): string =>
  protocol === null || mechanism === null
    ? 'Over time'
    : `Over ${spanText(durationMs)}, polled every ${spanText(everyMs)}: ${protocolLabel(protocol)} by ${MECHANISM_TEXT[mechanism]}`;

/** A row per address. */
export const watchTable = (record: Addresses, { addresses }: WatchReport): Table => ({
  columns: COLUMNS.map(([head], place): Column => ({ head, align: 'left', reading: '', yields: place })),
  rows: addresses.map((watched) => COLUMNS.map(([, text]) => text(watched, record))),
});

const COLUMNS: readonly (readonly [head: string, text: (watched: WatchedAddress, record: Addresses) => string])[] = [
  ['address', ({ address }, record) => addressName(record, address)],
  ['polls', pollsText],
  ['keys', ({ keys }) => (keys.length === 0 ? ABSENT : grouped(keys.length))],
  ['rotates every', periodText],
  ['grace', ({ grace }) => (grace === null ? ABSENT : bracketText(grace))],
  ['lives', ({ lifetime }) => (lifetime === null ? ABSENT : bracketText(lifetime))],
  ['stated', ({ lifetime }) => (lifetime?.statedS == null ? ABSENT : spanText(lifetime.statedS * 1000))],
  ['renewed', chainText],
];

function pollsText({ polls, failed }: WatchedAddress): string {
  const failures = sumOf(Object.values(failed), (times) => times);
  return failures === 0 ? grouped(polls) : `${grouped(polls)}, ${grouped(failures)} failed`;
}

function periodText({ period, keys, takesTurns }: WatchedAddress): string {
  if (takesTurns) return 'several keys in turns';
  if (period === null) return ABSENT;
  if (keys.length === 1) return `not in ${spanText(period.lowMs)}`;
  return period.isRegular ? bracketText(period) : `${bracketText(period)}, irregular`;
}

function chainText({ chain }: WatchedAddress): string {
  if (chain === null || chain.renewals === 0) return ABSENT;
  return `${bracketText(chain)} (${counted(chain.renewals, 'time')})`;
}

/** What the table does not show but by several numbers together. What is wrong is among the findings. */
export const watchLines = (record: Addresses, { addresses }: WatchReport): string[] =>
  addresses.flatMap((watched) => sentences(watched).map((text) => `${addressName(record, watched.address)}: ${text}`));

const sentences = ({ chain, lifetime }: WatchedAddress): string[] => [
  ...((lifetime?.highMs ?? Number.POSITIVE_INFINITY) + SERVER_CLOCK_MS < statedMs(lifetime)
    ? [`sessions are declined before the ${spanText(statedMs(lifetime))} that the server states are over.`]
    : []),
  ...(chain !== null && chain.renewals > 0 && chain.lowMs > longestLifeMs(lifetime)
    ? [`a session that is renewed on each use outlives the ${spanText(longestLifeMs(lifetime))} of one that is not.`]
    : []),
];

/** As seen, or else as stated; without end where neither is known. */
const longestLifeMs = (lifetime: WatchedAddress['lifetime']): number =>
  lifetime?.highMs ?? (statedMs(lifetime) === 0 ? Number.POSITIVE_INFINITY : statedMs(lifetime));

const statedMs = (lifetime: WatchedAddress['lifetime']): number => (lifetime?.statedS ?? 0) * 1000;

/** Servers count the age of a session in whole seconds. */
const SERVER_CLOCK_MS = 1000;

export interface WatchSection {
  readonly title: string;
  /** `undefined` where there was nothing to watch. */
  readonly table: Table | undefined;
  readonly lines: readonly string[];
}

/** The watch of a record with its title, for renderers; `undefined` without any. */
export const watchSection = (record: ProbeRecord): WatchSection | undefined => {
  const { watch } = record;
  if (watch === null) return undefined;
  const title = watchTitle(watch);
  return watch.addresses.length === 0
    ? { title, table: undefined, lines: ['No address gives a session that resumes: there was nothing to watch.'] }
    : { title, table: watchTable(record, watch), lines: watchLines(record, watch) };
};
