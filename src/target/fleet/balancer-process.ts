import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { endWithParent } from '../end-with-parent.ts';
import type { BalancerOptions, BalancerRequest, BalancerResponse } from './balancer-messages.ts';
import { nodeChoice } from './node-choice.ts';
import { relay } from './relay.ts';

/**
 * The balancer of a fleet, in its own process so that its CPU time is not counted as that of the servers. It forwards TCP and knows
 * nothing of TLS, as a balancer in front of a fleet does that ends TLS itself.
 */
const listen = ({ port, nodes, balance }: BalancerOptions): void => {
  const open = nodes.map(() => 0);
  const choose = nodeChoice(balance, open);
  const forward = (client: Socket): void => {
    const chosen = choose(client.remoteAddress ?? '');
    const node = nodes[chosen];
    if (node === undefined) throw new RangeError(`there is no node ${String(chosen)}`);
    const count = (change: number): void => {
      open[chosen] = (open[chosen] ?? 0) + change;
    };
    count(1);
    client.once('close', () => {
      count(-1);
    });
    relay(client, connect({ host: node.address, port: node.port, noDelay: true, allowHalfOpen: true }));
  };
  const server = createServer({ noDelay: true, allowHalfOpen: true }, forward);
  server.once('error', (error: NodeJS.ErrnoException) => {
    tell({ type: 'failed', code: error.code ?? error.message });
  });
  server.listen({ port, host: '127.0.0.1', backlog: 4096 }, () => {
    const { address, port: taken } = server.address() as AddressInfo;
    tell({ type: 'listening', address, port: taken });
  });
};

const tell = (response: BalancerResponse): void => {
  process.send?.(response);
};

process.on('message', ({ options }: BalancerRequest) => {
  listen(options);
});
endWithParent();
