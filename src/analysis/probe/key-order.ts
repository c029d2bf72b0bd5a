import type { TicketReport } from '../../domain/probe-record.ts';

type Keys = Pick<TicketReport, 'keyNames' | 'keyNameOrder'>;

/** Below this share of the tickets the second key is a rare one and no server of a balancer, which would get its turn. */
const LEAST_TURNS = 0.1;

/**
 * Tells whether keys were replaced while the tickets came: each name came in one stretch, and was
 * gone after it. Two servers that take turns at random show that order once in 50 probes of ten
 * tickets; so there must be two tickets for each name at least.
 */
export const isRotated = ({ keyNames, keyNameOrder }: Keys): boolean => {
  const stretches = keyNameOrder.filter((key, at) => key !== keyNameOrder[at - 1]).length;
  return keyNames.length > 1 && stretches === keyNames.length && keyNameOrder.length >= 2 * keyNames.length;
};

/** Tells whether several keys are in use at the same time, none of the first two of them rarely. */
export const isAlternating = (keys: Keys): boolean => !isRotated(keys) && (sharesOf(keys)[1] ?? 0) >= LEAST_TURNS;

/** Returns the share of sessions that come back to the server that gave them, if each key is a server and turns are random. */
export const shareOfSameKey = (keys: Keys): number => sharesOf(keys).reduce((sum, share) => sum + share * share, 0);

/** The share of each key among the tickets, the largest first. */
const sharesOf = ({ keyNames, keyNameOrder }: Keys): number[] =>
  keyNames.map((_, key) => keyNameOrder.filter((other) => other === key).length / keyNameOrder.length).toSorted((a, b) => b - a);
