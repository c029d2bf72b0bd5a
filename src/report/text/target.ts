import type { StateRecord } from '../../domain/state-record.ts';

/** A target as it was named, with the address that was taken where it is not part of the name: `localhost:8443 at 127.0.0.1`. */
export const resolvedTarget = ({ target, address, port }: Pick<StateRecord, 'target' | 'address' | 'port'>): string => {
  const host = address.includes(':') ? `[${address}]` : address;
  const isAddress = [address, host, endpointText(address, port)].includes(target);
  return isAddress ? target : `${target} at ${host}`;
};

/** `127.0.0.1:8443`, `[::1]:8443`. */
export const endpointText = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${String(port)}` : `${address}:${String(port)}`;
