import { eventEffects, type CpuEffect, type EventEffect, type Recovery } from '../../analysis/timeline/effects.ts';
import type { EventRecord } from '../../domain/event-record.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { counted, formatDuration, formatShare } from './units.ts';

/** `renew`, `stop node 2`, `renew failed`. */
export const eventName = ({ action, node, failure }: Pick<EventRecord, 'action' | 'node' | 'failure'>): string =>
  `${action}${node === null ? '' : ` node ${String(node)}`}${failure === null ? '' : ' failed'}`;

/** Says at once what was done, and to what: `stop node 2 of fleet at 10.0 s, which took 120 ms`. */
export const eventText = (event: EventRecord): string => {
  const { state, atNs, tookNs, failure } = event;
  const outcome = failure === null ? `, which took ${formatDuration(tookNs)}` : ` failed: ${failure}`;
  return `${eventName({ ...event, failure: null })} of ${state} at ${seconds(atNs)}${outcome}`;
};

/** A line per event and cell that offers sessions: what it did to resumption. An event of which nothing can be said of that has a line too. */
export const eventLines = (run: RunRecord): string[] => {
  const effects = eventEffects(run);
  const covered = new Set(effects.flatMap(({ events }) => events));
  return [
    ...effects.map((effect) => effectLine(run, effect)),
    ...run.events.filter((event) => !covered.has(event)).map((event) => plainLine(run, event)),
  ];
};

const effectLine = (run: RunRecord, { timeline: { cell }, events, atNs, ...effect }: EventEffect): string => {
  const subject = `${cell.state} ${protocolLabel(cell.protocol)} ${cell.mode}`;
  const name = events.map(eventName).join(', ');
  return `${name} at ${seconds(atNs)}${roundText(run, events[0]?.round)}: ${subject} ${[sharesText(effect), ...costTexts(effect)].join('; ')}`;
};

type Change = Omit<EventEffect, 'timeline' | 'events' | 'atNs'>;

const sharesText = ({ shareBefore, lowestShare, recovery }: Change): string => {
  if (recovery.state === 'unknown') return 'had too few handshakes to tell';
  if (recovery.state === 'unmoved') return `honoured ${wholeShare(shareBefore)}, did not fall`;
  return `honoured ${wholeShare(shareBefore)} -> ${wholeShare(lowestShare)}, ${recoveryText(recovery)}`;
};

const recoveryText = (recovery: Extract<Recovery, { readonly state: 'back' | 'not-back' }>): string =>
  recovery.state === 'back' ? `back after ${seconds(recovery.afterNs)}` : `not back within ${seconds(recovery.withinNs)}`;

const costTexts = ({ extraFull, cpu }: Change): string[] => [
  ...(extraFull > 0 ? [`${counted(extraFull, 'full handshake')} more`] : []),
  ...(cpu === undefined ? [] : [cpuText(cpu)]),
];

const cpuText = ({ coresBefore, coresMeanwhile, extraNs }: CpuEffect): string => {
  const extra = extraNs === undefined ? '' : `, ${formatDuration(Math.abs(extraNs))} ${extraNs < 0 ? 'less' : 'more'} in all`;
  return `server CPU ${wholeShare(coresBefore)} of a core -> ${wholeShare(coresMeanwhile)} meanwhile${extra}`;
};

const plainLine = (run: RunRecord, event: EventRecord): string => {
  const { state, atNs, round, tookNs, failure } = event;
  const name = `${eventName({ ...event, failure: null })} at ${seconds(atNs)}${roundText(run, round)}`;
  return failure === null ? `${name}: done on ${state} in ${formatDuration(tookNs)}` : `${name}: failed on ${state}: ${failure}`;
};

/** Where events come up in several rounds. */
const roundText = ({ events }: RunRecord, round: number | undefined): string =>
  new Set(events.map((event) => event.round)).size > 1 && round !== undefined ? ` of round ${String(round + 1)}` : '';

const seconds = (ns: number): string => `${(ns / 1e9).toFixed(1)} s`;

/** Of some hundred handshakes a tenth of a percent says nothing; but only all is 100%, and only none is 0%. */
const wholeShare = (share: number | undefined): string => {
  const percent = Math.round((share ?? Number.NaN) * 100);
  const isRoundedToAnEnd = (percent === 0 && share !== 0) || (percent === 100 && share !== 1);
  return isRoundedToAnEnd ? formatShare(share) : `${String(percent)}%`;
};
