import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { summarize } from '../../src/analysis/summary/cell-summary.ts';
import { Resumark } from './resumark.ts';

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

it.each(['openssl', 'node'])(
  'engine %s, sequential: the mean of one handshake is what the histogram says, and 30 ms more where the server holds it back',
  async (engine) => {
    const path = join(resumark.results, '..', `sequential-${engine}-${String(process.pid)}.yaml`);
    const states = 'states: { plain: { server: {} }, held: { server: { delay: 30ms } } }';
    await writeFile(
      path,
      `${states}\nmodes: [full, ticket]\nload: { model: sequential }\nplan: { rounds: 1, warmup: 0, handshakes: 20 }\n`,
    );
    const { record, code, stderr } = await resumark.measure('run', path, '--engine', engine);
    expect(code, stderr).toBe(0);
    const cells = summarize(record);
    expect(cells).toHaveLength(8);
    for (const cell of cells) {
      const held = cells.find((other) => other.state === 'held' && other.protocol === cell.protocol && other.mode === cell.mode);
      expect(cell.honoured).toBe(20);
      expect(cell.sequential?.samples).toBe(20);
      expect((cell.sequential?.meanNs ?? 0) / (cell.handshakeNs.meanNs ?? 0)).toBeCloseTo(1, 6);
      if (cell.state === 'held') continue;
      const addedMs = ((held?.handshakeNs.quantileNs(0.5) ?? 0) - (cell.handshakeNs.quantileNs(0.5) ?? 0)) / 1e6;
      expect(addedMs).toBeGreaterThan(27);
      expect(addedMs).toBeLessThan(36);
    }
    // One at a time: nothing of one connection is left when the next begins, so the windows hold nothing but connections in turn.
    for (const block of record.blocks) expect(block.hosts.map(({ mostInFlight }) => mostInFlight)).toEqual([1]);
  },
);
