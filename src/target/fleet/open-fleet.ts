import { joinedMeter } from '../../cpu/joined-meter.ts';
import { meterOfPid } from '../../cpu/meter.ts';
import type { Balance } from '../../scenario/fleet-schema.ts';
import { sumOf } from '../../stats/descriptive.ts';
import type { OpenTarget } from '../open-target.ts';
import { startBalancer } from './balancer.ts';
import type { SharedCache } from './shared-cache.ts';

export interface FleetOptions {
  readonly balance: Balance;
  /** Of the balancer; a free one unless it is given. */
  readonly port?: number | undefined;
  /** Session cache that the nodes share, and that is closed with them. */
  readonly cache: SharedCache | undefined;
}

/**
 * Puts a balancer in front of servers: what is dialled is the balancer, and its CPU time is not the servers'. All have the certificate
 * of the first.
 *
 * @throws ResumarkError USAGE when the balancer cannot listen; the servers are closed then.
 */
export const openFleet = async (
  nodes: readonly [OpenTarget, ...OpenTarget[]],
  { balance, port = 0, cache }: FleetOptions,
): Promise<OpenTarget> => {
  const [first] = nodes;
  const closeServers = async (): Promise<void> => {
    await Promise.all([...nodes.map((node) => node.close()), cache?.close()]);
  };
  const endpoints = nodes.map((node) => ({ address: node.address, port: node.port }));
  try {
    const balancer = await startBalancer({ port, nodes: endpoints, balance });
    return {
      ...first,
      address: balancer.address,
      port: balancer.port,
      cpu: joinedMeter(nodes.map(({ cpu }) => cpu)),
      counts: countsOf(nodes),
      controls: nodes.flatMap(({ controls }) => controls),
      fleet: {
        nodes: endpoints,
        cpu: { balancer: meterOfPid(balancer.pid), cache: cache === undefined ? undefined : meterOfPid(cache.pid) },
      },
      close: async () => {
        await Promise.all([balancer.close(), closeServers()]);
      },
    };
  } catch (error) {
    await closeServers();
    throw error;
  }
};

/** Opens a number of servers at once. @throws the first error, when those that are open have been closed. */
export const openAll = async <Server extends OpenTarget>(
  count: number,
  open: (node: number) => Promise<Server>,
): Promise<readonly [Server, ...Server[]]> => {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, node) => open(node)));
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const [first, ...others] = opened;
  if (opened.length === count && first !== undefined) return [first, ...others];
  await Promise.all(opened.map((target) => target.close()));
  throw results.find((result) => result.status === 'rejected')?.reason;
};

/** The handshakes of all nodes; `undefined` where one of them keeps no account. */
const countsOf = (nodes: readonly OpenTarget[]): OpenTarget['counts'] => {
  const accounts = nodes.flatMap(({ counts }) => counts ?? []);
  if (accounts.length < nodes.length) return undefined;
  return async () => {
    const counts = await Promise.all(accounts.map((account) => account()));
    return { handshakes: sumOf(counts, ({ handshakes }) => handshakes), resumed: sumOf(counts, ({ resumed }) => resumed) };
  };
};
