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

/** Services of a cloud that every machine in it shares (AWS, Azure, Google and others): link-local, but not the user's to load. */
const METADATA = new BlockList();
METADATA.addAddress('169.254.169.254', 'ipv4');
METADATA.addAddress('169.254.170.2', 'ipv4');
METADATA.addAddress('fd00:ec2::254', 'ipv6');

const UNSPECIFIED = new BlockList();
UNSPECIFIED.addAddress('0.0.0.0', 'ipv4');
UNSPECIFIED.addAddress('::', 'ipv6');

const SHARED = new BlockList();
SHARED.addSubnet('100.64.0.0', 10, 'ipv4');

const MULTICAST = new BlockList();
MULTICAST.addSubnet('224.0.0.0', 4, 'ipv4');
MULTICAST.addSubnet('ff00::', 8, 'ipv6');

const isIn = (list: BlockList, address: string): boolean => {
  const withoutZone = address.replace(/%.*$/u, '');
  return list.check(withoutZone, isIPv4(withoutZone) ? 'ipv4' : 'ipv6');
};

/** Tells whether an address may be loaded without the user's word for it. */
export const isPrivateAddress = (address: string): boolean => isIn(PRIVATE, address) && !isIn(METADATA, address);

/** What a target is used for, and how the user allows it. */
const ALLOWING = {
  load: 'add --authorized, or authorized: true to the scenario',
  probe: 'add --authorized',
} as const;

export interface Authorization {
  readonly authorized: boolean;
  readonly to: keyof typeof ALLOWING;
}

/** @throws ResumarkError USAGE when the address is not private and the user has not allowed that it is loaded or probed. */
export const requireAuthorization = (address: string, target: string, { authorized, to }: Authorization): void => {
  if (isIn(UNSPECIFIED, address)) {
    throw new ResumarkError(
      'USAGE',
      `the target ${target} has the address ${address}, on which a server listens but which is no place to connect to.`,
      'Use 127.0.0.1 or [::1] for a server on this machine.',
    );
  }
  if (authorized || isPrivateAddress(address)) return;
  throw new ResumarkError(
    'USAGE',
    `the target ${target} has the ${kindOf(address)} address ${address}, which resumark does not ${to} by default.`,
    `If you are allowed to ${to} it, ${ALLOWING[to]}.`,
  );
};

const kindOf = (address: string): string => {
  if (isIn(METADATA, address)) return 'cloud metadata';
  if (isIn(SHARED, address)) return 'shared (carrier-grade NAT)';
  return isIn(MULTICAST, address) ? 'multicast' : 'public';
};
