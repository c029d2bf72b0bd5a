import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { ResumarkError } from '../domain/error.ts';

/** The host and port of an external target, as the user named it. */
export interface TargetName {
  /** A host name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 443;

/**
 * Reads `host`, `host:port`, `[::1]:port` or a bare IPv6 address.
 *
 * @throws ResumarkError USAGE naming the target and the right form.
 */
export const parseTarget = (target: string): TargetName => {
  if (isIP(target) === 6) return { host: target, port: DEFAULT_PORT };
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:/\s]*))(?::(.*))?$/u.exec(target) ?? [];
  const host = bracketed ?? plain ?? '';
  if (host === '' || (bracketed !== undefined && isIP(bracketed) !== 6)) {
    throw new ResumarkError(
      'USAGE',
      `the target must be host:port, but it is "${target}".`,
      'For example 127.0.0.1:8443 or [::1]:8443.',
    );
  }
  return { host, port: port === undefined ? DEFAULT_PORT : parsePort(port, target) };
};

const parsePort = (text: string, target: string): number => {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new ResumarkError(
    'USAGE',
    `the port of target "${target}" must be a number from 1 to 65535, but it is "${text}".`,
    'Write the target as host:port.',
  );
};

/**
 * Resolves a host to an IP address, once: a rotating name would make several hosts look like one.
 *
 * @throws ResumarkError TARGET when the name cannot be resolved.
 */
export const resolveTarget = async (host: string): Promise<string> => {
  if (isIP(host) !== 0) return host;
  try {
    return (await lookup(host)).address;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ResumarkError(
      'TARGET',
      `the host ${host} cannot be resolved: ${code ?? String(error)}.`,
      'Check the name, or use an IP address.',
    );
  }
};

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

/** True for an address that may be loaded without --authorized. */
export const isPrivateAddress = (address: string): boolean => PRIVATE.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

/**
 * @throws ResumarkError USAGE when the address is public and the user has not authorized the load.
 */
export const requireAuthorization = (address: string, target: string, authorized: boolean): void => {
  if (authorized || isPrivateAddress(address)) return;
  throw new ResumarkError(
    'USAGE',
    `the target ${target} has the public address ${address}, which resumark does not load by default.`,
    'If you are allowed to load it, add --authorized, or authorized: true to the scenario.',
  );
};
