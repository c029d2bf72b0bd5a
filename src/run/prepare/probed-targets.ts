import { isIP } from 'node:net';
import { readFile } from 'node:fs/promises';
import { ResumarkError } from '../../domain/error.ts';
import { STARTTLS_PORTS } from '../../domain/starttls.ts';
import type { ProbeSettings } from '../../scenario/probe-schema.ts';
import { requireAuthorization } from '../../target/authorization.ts';
import { parseTarget, resolveAll, serverNameOf, type Endpoint, type Lookup, type TargetName } from '../../target/endpoints.ts';

/** A target of a probe, with all of its addresses. */
export interface ProbedTarget {
  /** As the user wrote it. */
  readonly name: string;
  /** SNI, and the name that the certificate is verified against. */
  readonly serverName: string | undefined;
  readonly endpoints: readonly Endpoint[];
}

/**
 * Resolves the targets of a probe, each to all of its addresses.
 *
 * @throws ResumarkError USAGE for a target that cannot be read, is there twice, or is public and not authorized; TARGET for a name that
 *   is not known.
 */
export const resolveProbed = async (
  targets: readonly string[],
  { resolve, tls, authorized, starttls }: Pick<ProbeSettings, 'resolve' | 'tls' | 'authorized' | 'starttls'>,
  lookUp?: Lookup,
): Promise<ProbedTarget[]> => {
  const fixed = (resolve ?? []).map(parseResolve);
  const probed: ProbedTarget[] = [];
  for (const target of targets) {
    const name = parseTarget(target, starttls && STARTTLS_PORTS[starttls]);
    const endpoints = endpointsByHand(name, fixed) ?? (await resolveAll(name, lookUp));
    for (const { address } of endpoints) requireAuthorization(address, target, { authorized, to: 'probe' });
    const ownName = isIP(name.host) === 0 ? name.host : undefined;
    const wanted = tls.servername ?? ownName;
    probed.push({ name: target, serverName: wanted === undefined ? undefined : serverNameOf(wanted), endpoints });
  }
  refuseTwice(probed);
  return probed;
};

interface FixedAddresses extends TargetName {
  readonly addresses: readonly string[];
}

/** Reads `host:port:address,address`, as curl takes it. */
const parseResolve = (text: string): FixedAddresses => {
  const [, host = '', port = '', list = ''] = /^(\[[^\]]+\]|[^:]+):(\d+):(.+)$/u.exec(text) ?? [];
  const addresses = list.split(',').map((address) => address.replace(/^\[(.*)\]$/u, '$1'));
  if (host === '' || addresses.some((address) => isIP(address) === 0)) {
    throw new ResumarkError(
      'USAGE',
      `--resolve must be host:port:address, but it is ${JSON.stringify(text)}.`,
      'For example edge.example:443:10.0.0.1,10.0.0.2.',
    );
  }
  return { ...parseTarget(`${host}:${port}`), addresses };
};

const endpointsByHand = (name: TargetName, fixed: readonly FixedAddresses[]): Endpoint[] | undefined => {
  const found = fixed.filter(({ host, port }) => host === name.host && port === name.port);
  if (found.length === 0) return undefined;
  return [...new Set(found.flatMap(({ addresses }) => addresses))].map((address) => ({ address, port: name.port }));
};

/** The same address twice would be counted as two nodes that share everything. */
const refuseTwice = (targets: readonly ProbedTarget[]): void => {
  const seen = new Map<string, string>();
  for (const { name, endpoints } of targets) {
    for (const { address, port } of endpoints) {
      const key = `${address} ${String(port)}`;
      const before = seen.get(key);
      if (before !== undefined) {
        throw new ResumarkError(
          'USAGE',
          `the targets ${before} and ${name} have the same address ${address}:${String(port)}.`,
          'Leave one of them out.',
        );
      }
      seen.set(key, name);
    }
  }
};

/**
 * Reads a file of targets, one in a line; what follows a # is a comment.
 *
 * @throws ResumarkError USAGE when it cannot be read or names none.
 */
export const readTargets = async (path: string): Promise<string[]> => {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ResumarkError('USAGE', `--targets ${path} cannot be read: ${code ?? String(error)}.`);
  }
  const targets = content.split('\n').map((line) => line.replace(/#.*$/u, '').trim());
  const named = targets.filter((target) => target !== '');
  if (named.length === 0)
    throw new ResumarkError('USAGE', `--targets ${path} names no target.`, 'Write one host:port in a line.');
  return named;
};
