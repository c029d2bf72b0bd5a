import { windowMs } from './plan.ts';
import type { Scenario } from './schema.ts';

/** More make a file of many megabytes, and lines of a chart that nobody can tell apart. */
const MOST_INTERVALS = 10_000;

/** The length of the intervals that are counted apart in each window, in ms; `undefined` where none are. */
export const timelineOf = ({ plan }: Pick<Scenario, 'plan'>): number | undefined => plan.timeline;

/** The shortest intervals that a scenario's windows may have, in ms; 0 where their length is for the server to say. */
export const leastTimelineMs = (scenario: Scenario): number => Math.ceil((windowMs(scenario) ?? 0) / MOST_INTERVALS);
