import { randomBytes } from 'node:crypto';
import type { NodeGroups } from '../../scenario/fleet-groups.ts';
import { TICKET_KEY_BYTES } from '../reference/ticket-key.ts';

/** Draws the ticket key of each node of a fleet: nodes of one label have the same. They are kept nowhere else. */
export const drawGroupKeys = (groups: NodeGroups): readonly Buffer[] => {
  const keys = new Map(groups.map((label) => [label, randomBytes(TICKET_KEY_BYTES)]));
  return groups.flatMap((label) => keys.get(label) ?? []);
};
