import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { ResumarkError } from '../domain/error.ts';

/** One address and port of a target. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A target as the user named it. */
export interface TargetName {
  /** A host name in ASCII and lower case, or an IP address without brackets. A dot at its end is kept: it is the resolver's. */
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 443;

/** The host of a URL, and a path behind it that is not asked for. */
const URL_PARTS = /^(?<scheme>[a-z][a-z\d+.-]*):\/\/(?<authority>[^/?#]*)/iu;

/**
 * Reads `host`, `host:port`, `[::1]:port`, a bare IPv6 address, or an https URL, of which host and port count.
 *
 * @param defaultPort that of https unless it is given.
 * @throws ResumarkError USAGE naming the target and what would be right.
 */
export const parseTarget = (target: string, defaultPort = DEFAULT_PORT): TargetName => {
  const authority = authorityOf(target);
  if (isIP(authority) === 6) return { host: authority, port: defaultPort };
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:/\s@]*))(?::([^@]*))?$/u.exec(authority) ?? [];
  const host = bracketed ?? canonicalName(plain ?? '');
  if (host === '' || (bracketed !== undefined && isIP(bracketed) !== 6)) throw unreadable(target);
  return { host, port: port === undefined ? defaultPort : parsePort(port, target) };
};

/** Host and port of a target, without what a URL has around them. */
const authorityOf = (target: string): string => {
  const { scheme, authority = target.replace(/\/$/u, '') } = URL_PARTS.exec(target)?.groups ?? {};
  if (scheme !== undefined && !/^(?:https|tls|ssl|wss)$/iu.test(scheme)) throw unreadable(target);
  return authority;
};

/** The one form in which a name is resolved, sent as SNI and verified: ASCII (RFC 5891), in lower case. Empty for what is no name. */
const canonicalName = (name: string): string => domainToASCII(name);

/** A host name as SNI and certificates have it: canonical, and without the dot at its end (RFC 6066, section 3). */
export const serverNameOf = (name: string): string => (canonicalName(name) || name).replace(/\.$/u, '');

const unreadable = (target: string): ResumarkError =>
  new ResumarkError(
    'USAGE',
    `the target must be host:port, but it is "${target}".`,
    'For example 127.0.0.1:8443, [::1]:8443 or https://example.test.',
  );

const parsePort = (text: string, target: string): number => {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new ResumarkError(
    'USAGE',
    `the port of target "${target}" must be a number from 1 to 65535, but it is "${text}".`,
    'Write the target as host:port.',
  );
};

/** Looks up the addresses of a name, the one to prefer first. @throws the resolver's error. */
export type Lookup = (host: string) => Promise<readonly string[]>;

const systemLookup: Lookup = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Resolves a name once to all of its addresses, in the resolver's order: a name that rotates would otherwise make several hosts
 * look like one.
 *
 * @throws ResumarkError TARGET when the name is not known.
 */
export const resolveAll = async (
  { host, port }: TargetName,
  lookUp: Lookup = systemLookup,
): Promise<[Endpoint, ...Endpoint[]]> => {
  const [first, ...others] = new Set(await addressesOf(host, lookUp));
  if (first === undefined) throw unknownHost(host, 'it has no address');
  const endpointAt = (address: string): Endpoint => ({ address, port });
  return [endpointAt(first), ...others.map(endpointAt)];
};

const addressesOf = async (host: string, lookUp: Lookup): Promise<readonly string[]> => {
  if (isIP(host) !== 0) return [host];
  try {
    return await lookUp(host);
  } catch (error) {
    throw unknownHost(host, (error as NodeJS.ErrnoException).code ?? String(error));
  }
};

const unknownHost = (host: string, why: string): ResumarkError =>
  new ResumarkError('TARGET', `the host ${host} cannot be resolved: ${why}.`, 'Check the name, or use an IP address.');
