type NonEmpty<Item> = [Item, ...Item[]];

/** Gathers items by a key, groups and members in the order of the items: Node 20 has no Map.groupBy. */
export const groupedBy = <Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, NonEmpty<Item>> => {
  const groups = new Map<Key, NonEmpty<Item>>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
};
