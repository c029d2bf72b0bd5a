import { BlockList, isIPv4 } from 'node:net';
import { ResumarkError } from '../domain/error.ts';

/** Loopback, private and link-local ranges (RFC 1122, 1918, 3927, 4193, 4291). */
const PRIVATE = new BlockList();
PRIVATE.addSubnet('127.0.0.0', 8, 'ipv4');
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4');
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4');
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4');
PRIVATE.addSubnet('169.254.0.0', 16, 'ipv4');
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/** Tells whether an address may be loaded without the user's word for it. */
export const isPrivateAddress = (address: string): boolean => PRIVATE.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

/** @throws ResumarkError USAGE when the address is public and the user has not said that it may be loaded. */
export const requireAuthorization = (address: string, target: string, authorized: boolean): void => {
  if (authorized || isPrivateAddress(address)) return;
  throw new ResumarkError(
    'USAGE',
    `the target ${target} has the public address ${address}, which resumark does not load by default.`,
    'If you are allowed to load it, add --authorized, or authorized: true to the scenario.',
  );
};
