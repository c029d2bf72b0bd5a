import { afterEach, expect, it } from 'vitest';
import { seededRandom } from '../../../src/stats/random.ts';
import { openReferenceFleet } from '../../../src/target/fleet/reference-fleet.ts';
import type { OpenTarget } from '../../../src/target/open-target.ts';
import { machineMs } from '../../../src/target/reference/machine-clock.ts';
import { request } from './node-client.ts';

const EVERY_MS = 400;

const LEAST_ROTATIONS = 3;

/** Declined offers of each kind that the schedule leads to. */
const LEAST_DECLINED = 3;

/** On a machine so busy that a rotation falls into nearly every handshake. */
const MOST_MS = 20_000;

interface Schedule {
  readonly keep: number;
  readonly nodes: number;
  readonly phase: number;
}

type Version = 'TLSv1.2' | 'TLSv1.3';

let target: OpenTarget | undefined;
afterEach(async () => {
  await target?.close();
  target = undefined;
});

/** A client of node:tls with a session of its own, made with the key of an epoch: the number of rotations before it. */
interface Client {
  session: Buffer | undefined;
  epoch: number;
}

interface Tally {
  honoured: number;
  /** Offers of a ticket whose key is no longer kept, and of one whose key the node does not have yet. */
  tooOld: number;
  tooNew: number;
  readonly wrong: string[];
}

/** Rotations of a node, counted from 0, until an instant of the machine's clock. */
type EpochAt = (node: number, ms: number) => number;

/**
 * Shakes hands with random nodes until the keys have rotated a few times, and holds every single outcome against arithmetic.
 *
 * Node i, counted from 0, is in epoch e_i(t) = floor((t - start + i * phase) / every), and the key of an epoch is the same on all nodes.
 * A ticket of epoch k is taken at t by node i if and only if 0 <= e_i(t) - k <= keep. So with one phase each client is declined once per
 * rotation without grace, and never with one kept key if it comes back in each epoch. Where node i rotates earlier than node j by d, its
 * tickets are unknown to j for the share d / every of the time, whatever is kept.
 */
const holdAgainstArithmetic = async (schedule: Schedule, version: Version): Promise<Tally> => {
  const { keep, nodes, phase } = schedule;
  const startMs = machineMs();
  const fleet = await open(schedule, startMs);
  const epochAt: EpochAt = (node, ms) => Math.floor((ms - startMs + node * phase) / EVERY_MS);
  const random = seededRandom(keep + nodes);
  const clients: readonly Client[] = Array.from({ length: 3 }, () => ({ session: undefined, epoch: 0 }));
  const tally: Tally = { honoured: 0, tooOld: 0, tooNew: 0, wrong: [] };
  const isTelling = (): boolean =>
    (keep > 0 || tally.tooOld >= LEAST_DECLINED) && (phase === 0 || tally.tooNew >= LEAST_DECLINED);
  const enoughMs = machineMs() + LEAST_ROTATIONS * EVERY_MS;
  while (machineMs() < enoughMs || (!isTelling() && machineMs() < startMs + MOST_MS)) {
    for (const client of clients) {
      const node = Math.floor(random() * nodes);
      const age = await offer(client, node, { fleet, version, epochAt });
      if (age !== undefined) count(tally, age, keep);
    }
  }
  return tally;
};

const open = async ({ keep, nodes, phase }: Schedule, rotationStartMs: number): Promise<OpenTarget> => {
  const knobs = { ticketRotation: { every: EVERY_MS, keep, phase } };
  const fleet = { nodes, ticketKeys: 'shared', sessionCache: 'own', balance: 'round-robin' } as const;
  return (target = await openReferenceFleet({ keyType: 'ecdsa-p256', resumption: ['tickets'], knobs, rotationStartMs }, fleet));
};

/** Rotations between the making of a ticket and its offer to a node, and what that node did. */
interface Offer {
  readonly age: number;
  readonly isTaken: boolean;
}

/** Has a client come back. @returns undefined where it had no ticket, or a rotation may have fallen into the handshake. */
const offer = async (
  client: Client,
  node: number,
  { fleet, version, epochAt }: { readonly fleet: OpenTarget; readonly version: Version; readonly epochAt: EpochAt },
): Promise<Offer | undefined> => {
  const { address, port } = fleet.fleet?.nodes[node] ?? fleet;
  const { session: offered, epoch: made } = client;
  const before = epochAt(node, machineMs());
  const { reused, session } = await request(
    { address, port, certificate: fleet.ca ?? '' },
    { minVersion: version, maxVersion: version, session: offered },
  );
  const epoch = epochAt(node, machineMs());
  const isClear = epoch === before;
  Object.assign(client, { session: isClear ? session : undefined, epoch });
  return isClear && offered !== undefined ? { age: epoch - made, isTaken: reused } : undefined;
};

const count = (tally: Tally, { age, isTaken }: Offer, keep: number): void => {
  if (isTaken !== (age >= 0 && age <= keep)) tally.wrong.push(`${isTaken ? 'taken' : 'declined'} at age ${String(age)}`);
  if (isTaken) tally.honoured += 1;
  else tally[age < 0 ? 'tooNew' : 'tooOld'] += 1;
};

const ALONE = { nodes: 1, phase: 0 };
const TOGETHER = { nodes: 3, phase: 0 };
/** The second node is 160 ms ahead of the first: 40% of the time. */
const SHIFTED = { nodes: 2, phase: 160 };

it.each([
  ['one server without grace', { ...ALONE, keep: 0 }],
  ['one server with grace', { ...ALONE, keep: 1 }],
  ['a fleet without grace', { ...TOGETHER, keep: 0 }],
  ['a fleet with grace', { ...TOGETHER, keep: 1 }],
  ['nodes of other phases without grace', { ...SHIFTED, keep: 0 }],
  ['nodes of other phases with grace', { ...SHIFTED, keep: 1 }],
] as const)('%s: each ticket is taken as long as arithmetic says', async (_, schedule) => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const tally = await holdAgainstArithmetic(schedule, version);
    expect(tally.wrong).toEqual([]);
    expect(tally.honoured).toBeGreaterThan(0);
    if (schedule.keep === 0) expect(tally.tooOld).toBeGreaterThanOrEqual(LEAST_DECLINED);
    if (schedule.phase > 0) expect(tally.tooNew).toBeGreaterThanOrEqual(LEAST_DECLINED);
    else expect(tally.tooNew).toBe(0);
    await target?.close();
  }
});
