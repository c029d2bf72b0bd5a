import type { Endpoint } from '../endpoints.ts';
import { OwnProcess } from '../own-process.ts';
import { cannotListen } from '../ports.ts';
import type { BalancerOptions, BalancerRequest, BalancerResponse } from './balancer-messages.ts';

/** A running balancer. */
export interface Balancer extends Endpoint {
  readonly pid: number;
  readonly close: () => Promise<void>;
}

/**
 * Starts a balancer in a process of its own and waits until it listens.
 *
 * @throws ResumarkError USAGE when the port is taken or forbidden.
 */
export const startBalancer = async (options: BalancerOptions): Promise<Balancer> => {
  const balancer = new OwnProcess<BalancerRequest, BalancerResponse>('fleet/balancer-process');
  const answer = await balancer.ask({ type: 'listen', options });
  if (answer.type === 'listening') {
    return { address: answer.address, port: answer.port, pid: balancer.pid, close: () => balancer.close() };
  }
  await balancer.close();
  throw cannotListen('balancer', options.port, answer.code);
};
