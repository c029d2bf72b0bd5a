import { expect, it } from 'vitest';
import { cellId } from '../../src/domain/cell.ts';
import { decodeScenario, type RawSettings } from '../../src/scenario/decode.ts';
import { expand } from '../../src/scenario/expand.ts';
import { expectation } from '../../src/scenario/expectation.ts';
import { interleaveOf, planWindows, share } from '../../src/scenario/plan.ts';

const BEFORE_AFTER = { before: { server: { resumption: 'none' } }, after: { server: {} } };

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
  const expansion = expand(scenario);
  const plan = (seed: number) => planWindows(scenario, expansion, { seed, interleave: 'block' });
  const visits = plan(42);
  const orders = [-1, 0, 1, 2, 3].map((round) =>
    visits.filter((visit) => visit.round === round).flatMap(({ streams }) => streams.map(({ cell }) => cellId(cell))),
  );
  for (const order of orders) expect(order.toSorted()).toEqual(expansion.cells.map(cellId).toSorted());
  expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
  expect(plan(42)).toEqual(visits);
  expect(plan(43)).not.toEqual(visits);
});

it.each<[string, RawSettings, number]>([
  ['a closed load warms up for a moment', {}, 200],
  ['an open one for as long as a block, since it calls nothing more often than its rate', { load: { rate: '500/s' } }, 2000],
  ['but not for longer than 5 s', { load: { rate: '500/s' }, plan: { rounds: 2, duration: '20s' } }, 5000],
  ['a ramp for a moment, since it is one event', { load: { rate: { from: '100/s', to: '500/s', over: '20s' } } }, 200],
])('%s', (_, settings, durationMs) => {
  const scenario = scenarioOf({ plan: { rounds: 2, duration: '4s' }, ...settings });
  const visits = planWindows(scenario, expand(scenario), { seed: 1, interleave: 'block' });
  const warmups = visits.filter(({ round }) => round < 0);
  expect(warmups.length).toBeGreaterThan(0);
  for (const { bound } of warmups) expect(bound).toEqual({ by: 'duration', durationMs });
});

it('lets the states share every window when they are interleaved by handshake, with the bound of each', () => {
  const scenario = scenarioOf({ plan: { rounds: 2, handshakesPerBlock: 200, warmup: 0 } });
  const visits = planWindows(scenario, expand(scenario), { seed: 1, interleave: 'handshake' });
  expect(visits).toHaveLength(2 * 5);
  for (const { streams, bound } of visits) {
    expect(streams.map(({ cell }) => cell.state)).toEqual(['before', 'after']);
    expect(new Set(streams.map(({ cell }) => `${cell.protocol} ${cell.mode}`)).size).toBe(1);
    expect(bound).toEqual({ by: 'handshakes', handshakes: 400 });
  }
});

it('makes one stream of a mix, per protocol unless its parts name theirs', () => {
  const mixed = scenarioOf({ load: { mix: { full: '20%', ticket: '80%' } }, states: { only: { server: {} } } });
  const { groups } = expand(mixed);
  expect(groups.map((group) => group.map(({ cell, weight }) => [cellId(cell), weight]))).toEqual([
    [
      ['only.TLSv1.2.full', 20_000],
      ['only.TLSv1.2.ticket', 80_000],
    ],
    [
      ['only.TLSv1.3.full', 20_000],
      ['only.TLSv1.3.ticket', 80_000],
    ],
  ]);
  const populations = scenarioOf({
    load: {
      mix: [
        { protocol: '1.2', mode: 'session-id', share: '30%' },
        { protocol: '1.3', mode: 'ticket', share: '70%' },
      ],
    },
    states: { only: { server: {} } },
  });
  expect(expand(populations).groups.map((group) => group.map(({ cell }) => cellId(cell)))).toEqual([
    ['only.TLSv1.2.session-id', 'only.TLSv1.3.ticket'],
  ]);
});

it('takes a storm and a ramp for one event each, as long as it lasts', () => {
  const bounds = (load: RawSettings) => {
    const scenario = scenarioOf({
      load,
      plan: { warmup: 0 },
      modes: ['full'],
      protocols: ['TLSv1.3'],
      states: { a: { server: {} } },
    });
    return planWindows(scenario, expand(scenario), { seed: 1, interleave: 'block' }).map(({ bound }) => bound);
  };
  expect(bounds({ model: 'storm', clients: '5k', over: '2s' })).toEqual([{ by: 'handshakes', handshakes: 5000 }]);
  expect(bounds({ rate: { from: '1/s', to: '9/s', over: '3s' } })).toEqual([{ by: 'duration', durationMs: 3000 }]);
  expect(bounds({ rate: '9/s' })).toHaveLength(5);
});

it('shares the handshakes of a cell over its rounds exactly, and plans no empty block', () => {
  const scenario = scenarioOf({ plan: { rounds: 4, handshakes: 10, warmup: 0 }, modes: ['full'], protocols: ['TLSv1.3'] });
  const counts = planWindows(scenario, expand(scenario), { seed: 1, interleave: 'block' }).map(({ bound }) =>
    bound.by === 'handshakes' ? bound.handshakes : 0,
  );
  expect(counts).toEqual([3, 3, 3, 3, 2, 2, 2, 2]);
  const few = scenarioOf({ plan: { rounds: 4, handshakes: 2, warmup: 0 }, modes: ['full'], protocols: ['TLSv1.3'] });
  expect(planWindows(few, expand(few), { seed: 1, interleave: 'block' })).toHaveLength(4);
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
      ownCache: { server: { resumption: 'cache' } },
      nginxCache: { target: 'localhost:1', resumption: 'cache' },
      unknown: { target: 'localhost:1' },
    },
  });
  const expected = Object.fromEntries(expand(scenario).cells.map((cell) => [cellId(cell), expectation(scenario, cell)]));
  expect(expected).toMatchObject({
    'none.TLSv1.2.full': 'honoured',
    'none.TLSv1.2.session-id': 'declined',
    'none.TLSv1.3.ticket': 'declined',
    'ownCache.TLSv1.2.session-id': 'honoured',
    'ownCache.TLSv1.2.ticket': 'declined',
    'ownCache.TLSv1.3.ticket': 'honoured',
    'nginxCache.TLSv1.3.ticket': 'honoured',
    'unknown.TLSv1.2.ticket': 'honoured',
  });
});

it.each([
  ['states alike, several in flight', { load: { concurrency: 8 } }, 'handshake'],
  ['a state that is known to decline, several in flight', { states: BEFORE_AFTER, load: { concurrency: 8 } }, 'block'],
  ['a state that is known to decline, one at a time', { states: BEFORE_AFTER, load: { concurrency: 1 } }, 'handshake'],
  ['a state that is known to decline, full handshakes alone', { states: BEFORE_AFTER, modes: ['full'] }, 'handshake'],
  ['as the scenario says', { states: BEFORE_AFTER, plan: { interleave: 'handshake' } }, 'handshake'],
  ['open load', { load: { rate: '500/s' } }, 'block'],
  ['one state', { states: { edge: { server: {} } } }, 'block'],
])('interleaves fairly: %s', (_, settings: RawSettings, expected) => {
  const scenario = scenarioOf(settings);
  const { cells } = expand(scenario);
  expect(interleaveOf(scenario, cells, true)).toBe(expected);
  if (scenario.plan.interleave === undefined) expect(interleaveOf(scenario, cells, false)).toBe('block');
});
