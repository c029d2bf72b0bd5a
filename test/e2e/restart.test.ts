import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/domain/error.ts';
import { startRestartingServer } from '../servers/restarting.ts';
import { exitCodeDue, Resumark, total } from './resumark.ts';

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const PLACES = 4;

/** Handshakes after which the server goes away. */
const BEFORE = 200;

/**
 * Each place waits 1, 2, ... 64 and then 100 ms: nine times within 300 ms, and some more where the
 * machine is busy.
 */
const MOST_REFUSALS = 30 * PLACES;

/** Measures full handshakes with a server that goes away in the middle of them. */
const measure = async (awayMs: number, ...flags: readonly string[]) => {
  const server = await startRestartingServer(BEFORE, awayMs);
  try {
    const target = `127.0.0.1:${String(server.port)}`;
    const args = ['-k', '--tls', '1.3', '-m', 'full', '-c', String(PLACES), '--rounds', '1', '--warmup', '0', ...flags];
    const { record, ...finished } = await resumark.measure('run', target, ...args);
    const { blocks } = record;
    return {
      ...finished,
      record,
      honoured: total(blocks, (block) => block.honoured),
      refused: total(blocks, ({ errors, primed }) => (errors['refused'] ?? 0) + (primed.errors['refused'] ?? 0)),
      known: await server.handshakes(),
    };
  } finally {
    await server.close();
  }
};

describe('a server that is away for 0.3 s', () => {
  it.each([
    ['closed load', ['-d', '3s']],
    ['one after another', ['--load', 'sequential', '-c', '1', '-d', '3s']],
    ['blocks shorter than its absence', ['--rounds', '20', '--handshakes-per-block', '40']],
    ['engine node', ['-d', '3s', '--engine', 'node']],
  ])('is measured on, and is not flooded: %s', async (_, flags) => {
    const { code, record, honoured, refused, known, stderr } = await measure(300, ...flags);
    expect({ code, status: record.status }).toEqual({ code: exitCodeDue(record), status: 'complete' });
    // It came back, and was found.
    expect(known).toBeGreaterThan(BEFORE);
    expect(honoured).toBeLessThanOrEqual(known);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(MOST_REFUSALS);
    expect(record.notices).toContainEqual(expect.objectContaining({ code: 'backed-off', refused }));
    expect(stderr.replaceAll(/\s+/gu, ' ')).toMatch(/After each the generator waited/u);
  });

  it('leaves a gate on latency to be judged by the other blocks', async () => {
    const gate = ['--threshold', 'full.p50 < 30s', '--threshold', 'full.errors <= 0'];
    const { code, record, refused } = await measure(300, '--rounds', '24', '--handshakes-per-block', '40', ...gate);
    expect(refused).toBeGreaterThan(0);
    const [latency, errors] = record.gates?.results ?? [];
    expect(latency).toMatchObject({ outcome: 'passed', caveat: null });
    // Where a whole block was refused the count lacks it, and is not judged.
    expect(errors?.outcome).toMatch(/^(?:failed|inconclusive)$/u);
    expect(code).toBe(errors?.outcome === 'failed' ? EXIT.gate : EXIT.inconclusive);
  });

  it('makes the starts of a schedule late, and all of them are accounted for', async () => {
    const { code, record, honoured, refused } = await measure(300, '-r', '300/s', '-d', '3s');
    expect({ code, status: record.status }).toEqual({ code: exitCodeDue(record), status: 'complete' });
    expect(record.blocks[0]?.schedule).toMatchObject({ due: 900, dropped: 0 });
    expect(honoured + total(record.blocks, ({ errors }) => Object.values(errors).reduce((a, b) => a + b, 0))).toBe(900);
    expect(refused).toBeLessThanOrEqual(MOST_REFUSALS);
    expect(record.blocks[0]?.schedule?.connectionLimited).toBeGreaterThan(0);
  });
});

it.each([
  ['closed load', ['-d', '60s']],
  ['a schedule', ['-r', '300/s', '-d', '60s']],
  ['short blocks', ['--rounds', '500', '--handshakes-per-block', '40']],
])('a server that never comes back stops the run, soon and without being flooded: %s', async (_, flags) => {
  const { code, record, refused, stderr } = await measure(Number.POSITIVE_INFINITY, ...flags);
  expect({ code, status: record.status }).toEqual({ code: 4, status: 'stopped' });
  expect(stderr.replaceAll(/\s+/gu, ' ')).toMatch(/stopped in target TLS 1\.3 full: .* the connection was refused/u);
  expect(refused).toBeLessThanOrEqual(100 * PLACES);
  expect(total(record.blocks, ({ durationNs }) => durationNs)).toBeLessThan(30e9);
});
