import { expect, it } from 'vitest';
import { nodeChoice } from '../../../src/target/fleet/node-choice.ts';

it('takes the nodes in turn', () => {
  const choose = nodeChoice('round-robin', [9, 0, 0]);
  expect(Array.from({ length: 7 }, () => choose('127.0.0.1'))).toEqual([0, 1, 2, 0, 1, 2, 0]);
});

it('takes the node with the fewest connections, and of several the next in turn', () => {
  const open = [0, 0, 0, 0];
  const choose = nodeChoice('least-connections', open);
  expect(Array.from({ length: 5 }, () => choose('127.0.0.1'))).toEqual([0, 1, 2, 3, 0]);
  open.splice(0, 4, 3, 2, 1, 2);
  expect([choose('127.0.0.1'), choose('127.0.0.1')]).toEqual([2, 2]);
  open.splice(0, 4, 1, 2, 1, 2);
  expect([choose('127.0.0.1'), choose('127.0.0.1'), choose('127.0.0.1')]).toEqual([0, 2, 0]);
});

it('takes one node for all connections of a source, and different ones for neighbours', () => {
  const choose = nodeChoice('source', [0, 0, 0, 0]);
  const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'];
  const chosen = addresses.map(choose);
  expect(new Set(chosen).size).toBe(4);
  expect(addresses.map(choose)).toEqual(chosen);
});
