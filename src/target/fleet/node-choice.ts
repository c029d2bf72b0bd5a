import { nodeOfSource } from '../../domain/node-of-source.ts';
import type { Balance } from '../../scenario/fleet-schema.ts';

/**
 * Chooses the node of a connection, counted from 0.
 *
 * @param source the address that it comes from.
 */
export type NodeChoice = (source: string) => number;

/**
 * Returns the choice by a rule.
 *
 * @param open connections of each node, as they are when a choice is made.
 */
export const nodeChoice = (balance: Balance, open: readonly number[]): NodeChoice => {
  switch (balance) {
    case 'round-robin':
      return inTurn(open.length);
    case 'least-connections':
      return leastOf(open);
    case 'source':
      return (source) => nodeOfSource(source, open.length);
  }
};

const inTurn = (nodes: number): NodeChoice => {
  let last = nodes - 1;
  return () => (last = (last + 1) % nodes);
};

/** Of several with as few connections the one that comes next in turn: an idle fleet would use its first node alone. */
const leastOf = (open: readonly number[]): NodeChoice => {
  let last = open.length - 1;
  return () => {
    let least = (last + 1) % open.length;
    for (let step = 2; step <= open.length; step++) {
      const node = (last + step) % open.length;
      if ((open[node] ?? 0) < (open[least] ?? 0)) least = node;
    }
    return (last = least);
  };
};
