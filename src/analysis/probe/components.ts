/**
 * Splits nodes into the components that edges connect. Components and their members keep the order
 * of the nodes; an edge to a node that is not listed counts for nothing.
 */
export const components = (nodes: readonly number[], edges: Iterable<readonly [number, number]>): number[][] => {
  const parents = new Map(nodes.map((node) => [node, node]));
  for (const [a, b] of edges) {
    if (parents.has(a) && parents.has(b)) parents.set(rootOf(parents, a), rootOf(parents, b));
  }
  const byRoot = new Map<number, number[]>();
  for (const node of nodes) {
    const root = rootOf(parents, node);
    byRoot.set(root, [...(byRoot.get(root) ?? []), node]);
  }
  return [...byRoot.values()];
};

const rootOf = (parents: Map<number, number>, node: number): number => {
  const parent = parents.get(node) ?? node;
  if (parent === node) return node;
  const root = rootOf(parents, parent);
  parents.set(node, root);
  return root;
};
