import type { EventRecord } from '../../domain/event-record.ts';
import { formatDuration } from './units.ts';

/** Names what was done, and to what: `stop of node 2 of fleet`. */
export const eventName = ({ action, node, state }: EventRecord): string =>
  `${action} of ${node === null ? '' : `node ${String(node)} of `}${state}`;

/** Says what was done, and when: `renew of nginx at 10.0 s, which took 120 ms`. */
export const eventText = (event: EventRecord): string => {
  const at = `${eventName(event)} at ${(event.atNs / 1e9).toFixed(1)} s`;
  return event.failure === null ? `${at}, which took ${formatDuration(event.tookNs)}` : `${at} failed: ${event.failure}`;
};
