import { expect, it } from 'vitest';
import { cellId } from '../../src/domain/cell.ts';
import { decodeScenario, type RawSettings } from '../../src/scenario/decode.ts';
import { expand } from '../../src/scenario/expand.ts';
import { expectation } from '../../src/scenario/expectation.ts';
import { planBlocks, share } from '../../src/scenario/plan.ts';

const scenarioOf = (settings: RawSettings) =>
  decodeScenario({ states: { before: { server: {} }, after: { server: {} } }, ...settings }, {}, 'file').scenario;

it('expands to every combination, and leaves out with a reason what cannot exist', () => {
  const { cells, impossible } = expand(scenarioOf({}));
  expect(cells).toHaveLength(10);
  expect(impossible.map(({ cell }) => cellId(cell))).toEqual(['before.TLSv1.3.session-id', 'after.TLSv1.3.session-id']);
  expect(impossible[0]?.reason).toMatch(/no session-ID resumption/u);
});

it('gives every cell one turn in every round, in an order that the seed decides', () => {
  const scenario = scenarioOf({ plan: { rounds: 4, warmup: 1 } });
  const { cells } = expand(scenario);
  const blocks = planBlocks(scenario, cells, 42);
  const orders = [-1, 0, 1, 2, 3].map((round) =>
    blocks.filter((block) => block.round === round).map((block) => cellId(block.cell)),
  );
  for (const order of orders) expect(order.toSorted()).toEqual(cells.map(cellId).toSorted());
  expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
  expect(planBlocks(scenario, cells, 42)).toEqual(blocks);
  expect(planBlocks(scenario, cells, 43)).not.toEqual(blocks);
});

it('shares the handshakes of a cell over its rounds exactly, and plans no empty block', () => {
  const scenario = scenarioOf({ plan: { rounds: 4, handshakes: 10, warmup: 0 }, modes: ['full'], protocols: ['TLSv1.3'] });
  const counts = planBlocks(scenario, expand(scenario).cells, 1).map(({ bound }) =>
    bound.by === 'handshakes' ? bound.handshakes : 0,
  );
  expect(counts).toEqual([3, 3, 3, 3, 2, 2, 2, 2]);
  const few = scenarioOf({ plan: { rounds: 4, handshakes: 2, warmup: 0 }, modes: ['full'], protocols: ['TLSv1.3'] });
  expect(planBlocks(few, expand(few).cells, 1)).toHaveLength(4);
});

it.each([
  [10, 3],
  [2, 5],
  [0, 1],
])('shares %i over %i parts without loss', (total, parts) => {
  const shares = Array.from({ length: parts }, (_, i) => share(total, parts, i));
  expect(shares.reduce((a, b) => a + b, 0)).toBe(total);
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
});

it('expects of a state what its configuration lets it do', () => {
  const scenario = scenarioOf({
    states: {
      none: { server: { resumption: 'none' } },
      nodeCache: { server: { resumption: 'cache' } },
      nginxCache: { target: 'localhost:1', resumption: 'cache' },
      unknown: { target: 'localhost:1' },
    },
  });
  const expected = Object.fromEntries(expand(scenario).cells.map((cell) => [cellId(cell), expectation(scenario, cell)]));
  expect(expected).toMatchObject({
    'none.TLSv1.2.full': 'honoured',
    'none.TLSv1.2.session-id': 'declined',
    'none.TLSv1.3.ticket': 'declined',
    'nodeCache.TLSv1.2.session-id': 'honoured',
    'nodeCache.TLSv1.2.ticket': 'declined',
    'nodeCache.TLSv1.3.ticket': 'declined',
    'nginxCache.TLSv1.3.ticket': 'honoured',
    'unknown.TLSv1.2.ticket': 'honoured',
  });
});
