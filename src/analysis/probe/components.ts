import { groupedBy } from './grouped-by.ts';

/**
 * Splits nodes into the components that edges connect. Components and their members keep the order
 * of the nodes; an edge to a node that is not listed counts for nothing.
 */
export const components = (nodes: readonly number[], edges: Iterable<readonly [number, number]>): number[][] => {
  const parents = new Map(nodes.map((node) => [node, node]));
  for (const [a, b] of edges) {
    if (parents.has(a) && parents.has(b)) parents.set(rootOf(parents, a), rootOf(parents, b));
  }
  return [...groupedBy(nodes, (node) => rootOf(parents, node)).values()];
};

const rootOf = (parents: Map<number, number>, node: number): number => {
  const parent = parents.get(node) ?? node;
  if (parent === node) return node;
  const root = rootOf(parents, parent);
  parents.set(node, root);
  return root;
};
