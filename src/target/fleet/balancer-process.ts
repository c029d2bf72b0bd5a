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
  const count = (index: number, change: number): void => {
    open[index] = (open[index] ?? 0) + change;
  };
  /** A node that cannot be reached is passed over for the next one. */
  const connectTo = (client: Socket, index: number, triesLeft: number): void => {
    const node = nodes[index];
    if (node === undefined) throw new RangeError(`there is no node ${String(index)}`);
    const upstream = connect({ host: node.address, port: node.port, noDelay: true, allowHalfOpen: true });
    const passOver = (): void => {
      if (triesLeft > 0) connectTo(client, (index + 1) % nodes.length, triesLeft - 1);
      else client.resetAndDestroy();
    };
    count(index, 1);
    upstream
      .once('error', passOver)
      .once('close', () => {
        count(index, -1);
      })
      .once('connect', () => {
        upstream.off('error', passOver);
        if (client.destroyed) upstream.resetAndDestroy();
        else relay(client, upstream);
      });
  };
  const forward = (client: Socket): void => {
    // Of a client that goes away while no node is reached yet; afterwards the relay sees to it.
    client.on('error', () => undefined);
    connectTo(client, choose(client.remoteAddress ?? ''), nodes.length - 1);
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
