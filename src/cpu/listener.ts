import { canonicalAddress, type ListeningSocket } from './procfs.ts';

/**
 * Of all listening sockets, those that a connection to the address and port would reach.
 *
 * As the kernel chooses: one bound to the very address goes before one bound to all, and one for all of IPv4 before one for all of
 * IPv6, which takes IPv4 too unless it was told not to. Several remain where processes share the port with SO_REUSEPORT.
 */
export const socketsReached = (sockets: readonly ListeningSocket[], address: string, port: number): ListeningSocket[] => {
  const target = destinationOf(address);
  const onPort = sockets.filter((socket) => socket.port === port);
  const candidates = target.includes(':') ? [target, '::'] : [target, '0.0.0.0', '::'];
  for (const candidate of candidates) {
    const reached = onPort.filter((socket) => socket.address === candidate);
    if (reached.length > 0) return reached;
  }
  return [];
};

/** Linux takes a connection to "any address" to be one to this machine. */
const destinationOf = (address: string): string => {
  const canonical = canonicalAddress(address);
  if (canonical === '0.0.0.0') return '127.0.0.1';
  return canonical === '::' ? '::1' : canonical;
};

/** Whether an address is one of this machine's; `ownAddresses` are those of its interfaces. */
export const isOwnAddress = (address: string, ownAddresses: readonly string[]): boolean => {
  const destination = destinationOf(address);
  return destination.startsWith('127.') || ownAddresses.some((own) => canonicalAddress(own) === destination);
};
