/** FNV-1a, 32 bits: tells neighbouring addresses apart in its lowest bits. */
const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * The node of a fleet to which the connections of an address go when they are dealt by source, counted from 0.
 *
 * @see G. Fowler, L. C. Noll, K.-P. Vo, FNV non-cryptographic hash (RFC 9923).
 */
export const nodeOfSource = (address: string, nodes: number): number => {
  let hash = OFFSET;
  for (let i = 0; i < address.length; i++) hash = Math.imul(hash ^ address.charCodeAt(i), PRIME);
  return (hash >>> 0) % nodes;
};
