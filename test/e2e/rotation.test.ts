import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BlockRecord } from '../../src/domain/run-record.ts';
import { openReferenceFleet } from '../../src/target/fleet/reference-fleet.ts';
import type { OpenTarget } from '../../src/target/open-target.ts';
import { machineMs } from '../../src/target/reference/machine-clock.ts';
import { Resumark } from './resumark.ts';

const EVERY_MS = 1200;

const CONCURRENCY = 2;

/** Sessions are fetched before their window; a busy machine takes as long for it. */
const PRIMING_MS = 600;

let resumark: Resumark;
const targets: Record<string, OpenTarget> = {};
const startMs = machineMs();
beforeAll(async () => {
  resumark = await Resumark.create();
  for (const [keep, grace] of ['without-grace', 'with-grace'].entries()) {
    for (const nodes of [1, 4]) {
      const knobs = { ticketRotation: { every: EVERY_MS, keep, phase: 0 } };
      const fleet = { nodes, ticketKeys: 'shared', sessionCache: 'own', balance: 'round-robin' } as const;
      targets[`${grace}-${String(nodes)}`] = await openReferenceFleet(
        { keyType: 'ecdsa-p256', resumption: ['tickets'], knobs, rotationStartMs: startMs },
        fleet,
      );
    }
  }
});
afterAll(async () => {
  await Promise.all(Object.values(targets).map((target) => target.close()));
  await resumark.close();
});

/** Rotations between two instants of the machine's clock. */
const rotationsBetween = (fromMs: number, toMs: number): number =>
  Math.floor((toMs - startMs) / EVERY_MS) - Math.floor((fromMs - startMs) / EVERY_MS);

/**
 * The fewest and the most rotations that every session of a block has met: at both ends of a window one may fall before some of them come
 * up, and after others. They are dealt in turns of all, so that each comes up within two turns; three allow for a pause.
 */
const rotationsIn = (block: BlockRecord): { readonly least: number; readonly most: number } => {
  const durationMs = block.durationNs / 1e6;
  const turnsMs = (3 * sessionsOf(block) * durationMs) / block.handshakes;
  const fromMs = Number(block.startUnixNs) / 1e6 - Date.now() + machineMs();
  const toMs = fromMs + durationMs;
  return { least: rotationsBetween(fromMs, toMs - turnsMs), most: rotationsBetween(fromMs - turnsMs - PRIMING_MS, toMs) };
};

const sessionsOf = ({ primed }: BlockRecord): number => primed.handshakes;

const declinedIn = ({ declined }: BlockRecord): number => Object.values(declined).reduce((sum, count) => sum + count, 0);

/*
 * Every session is offered again and again. Without grace it is declined once per rotation, by whichever node, since the full handshake
 * brings a ticket under the new key. In TLS 1.3 a ticket comes after the offer was decided on: where the rotation falls between the two,
 * as it may for each connection in flight, the client has the new key already, and loses nothing. With one key kept none is declined.
 */
it('a rotation costs each session one full handshake without grace, and nothing with it', { timeout: 120_000 }, async () => {
  const { record } = await resumark.measure('run', await scenarioPath(), '--quiet');
  expect(record.blocks).toHaveLength(8);
  for (const block of record.blocks) {
    const { least, most } = rotationsIn(block);
    const inFlight = block.cell.includes('TLSv1.3') ? CONCURRENCY * most : 0;
    expect(least).toBeGreaterThan(0);
    if (block.cell.startsWith('with-grace')) expect(declinedIn(block)).toBe(0);
    else {
      expect(declinedIn(block)).toBeGreaterThanOrEqual(sessionsOf(block) * least - inFlight);
      expect(declinedIn(block)).toBeLessThanOrEqual(sessionsOf(block) * most);
    }
  }
});

const scenarioPath = async (): Promise<string> => {
  const states: Record<string, object> = {};
  for (const [label, { port, ca = '' }] of Object.entries(targets)) {
    const cacert = join(resumark.results, `${label}.pem`);
    await writeFile(cacert, ca);
    states[label] = { target: `127.0.0.1:${String(port)}`, servername: 'localhost', cacert, resumption: 'tickets' };
  }
  const path = join(resumark.results, 'rotation.yaml');
  // A window for each, so that its sessions are fetched right before it.
  const plan = { rounds: 1, duration: '3s', warmup: 0, interleave: 'block' };
  await writeFile(path, JSON.stringify({ states, modes: ['ticket'], load: { concurrency: CONCURRENCY }, workers: 1, plan }));
  return path;
};
