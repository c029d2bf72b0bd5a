import { windowMs } from './plan.ts';
import type { Scenario } from './schema.ts';

/** More make a file of many megabytes, and lines of a chart that nobody can tell apart. */
const MOST_INTERVALS = 10_000;

/** Short beside the time in which clients come back after an event, and long enough for some handshakes each. */
const INTERVAL_MS = 500;

/** The length of the intervals that are counted by themselves in each window, in ms; `undefined` where none are. */
export const timelineOf = (scenario: Scenario): number | undefined => {
  const { plan, events } = scenario;
  return plan.timeline ?? (events.length === 0 ? undefined : Math.max(INTERVAL_MS, leastTimelineMs(scenario)));
};

/** The shortest intervals that a scenario's windows may have, in ms; 0 where their length is for the server to say. */
export const leastTimelineMs = (scenario: Scenario): number => Math.ceil((windowMs(scenario) ?? 0) / MOST_INTERVALS);
