import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ResumarkError } from '../../domain/error.ts';
import { keyGroups } from '../../scenario/fleet-groups.ts';
import type { FleetSettings } from '../../scenario/fleet-schema.ts';
import { TICKET_KEY_BYTES } from '../reference/ticket-key.ts';

const FILE = 'file:';

/**
 * Returns the ticket key of each node of a fleet: that of a file, or keys drawn here and kept nowhere else, the same for nodes of one
 * label. None where each node has its own, which end with its process.
 *
 * @throws ResumarkError USAGE when the file cannot be read, or has no key.
 */
export const groupKeys = async (fleet: Pick<FleetSettings, 'nodes' | 'ticketKeys'>): Promise<readonly Buffer[]> => {
  const { ticketKeys } = fleet;
  if (ticketKeys === 'own') return [];
  const groups = keyGroups(fleet);
  if (typeof ticketKeys === 'string' && ticketKeys.startsWith(FILE)) {
    const key = await readKey(ticketKeys.slice(FILE.length));
    return groups.map(() => key);
  }
  const keys = new Map(groups.map((label) => [label, randomBytes(TICKET_KEY_BYTES)]));
  return groups.flatMap((label) => keys.get(label) ?? []);
};

const readKey = async (path: string): Promise<Buffer> => {
  const key = await readFile(path).catch((error: unknown) => {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new ResumarkError('USAGE', `the ticket key ${path} cannot be read: ${reason}.`);
  });
  if (key.length === TICKET_KEY_BYTES) return key;
  throw new ResumarkError(
    'USAGE',
    `the ticket key ${path} must have ${String(TICKET_KEY_BYTES)} bytes, but it has ${String(key.length)}.`,
    `Make one with openssl rand -out ${path} ${String(TICKET_KEY_BYTES)}.`,
  );
};
