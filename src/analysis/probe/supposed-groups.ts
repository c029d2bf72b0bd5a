import { components } from './components.ts';

/** An address that resumes sessions of its own, with the hashes of the key names seen in its tickets. */
export interface MappedAddress {
  /** Index in the record's `addresses`. */
  readonly address: number;
  /** Empty where a session has no name: session IDs, keys into a cache, tickets of Go. */
  readonly keyNames: readonly string[];
}

/** Addresses of which one may suppose that they resume each other's sessions, before any was tried. */
export interface SupposedGroup {
  readonly addresses: readonly number[];
  /** False for the addresses whose sessions have no name: nothing but their being alike speaks for it. */
  readonly isNamed: boolean;
}

/**
 * Gathers addresses whose names intersect, also by way of a third one, and all those without a
 * name.
 */
export const supposedGroups = (addresses: readonly MappedAddress[]): SupposedGroup[] => {
  const named = addresses.filter(({ keyNames }) => keyNames.length > 0);
  const nameless = addresses.filter(({ keyNames }) => keyNames.length === 0).map(({ address }) => address);
  const groups = components(
    named.map(({ address }) => address),
    sharedNames(named),
  );
  return [
    ...groups.map((members) => ({ addresses: members, isNamed: true })),
    ...(nameless.length > 0 ? [{ addresses: nameless, isNamed: false }] : []),
  ];
};

/** Edges from each address to the first one that showed the same name. */
const sharedNames = (addresses: readonly MappedAddress[]): (readonly [number, number])[] => {
  const firstWith = new Map<string, number>();
  return addresses.flatMap(({ address, keyNames }) =>
    keyNames.map((name) => {
      const first = firstWith.get(name) ?? address;
      firstWith.set(name, first);
      return [first, address] as const;
    }),
  );
};
