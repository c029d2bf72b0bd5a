import { connect } from 'node:net';
import { ResumarkError } from '../domain/error.ts';
import type { Endpoint } from './endpoints.ts';

/** Time for one resent SYN: an address that takes longer is not the one that a client would use. */
const CONNECT_MS = 2000;

/**
 * Returns the first of several addresses that accepts a connection, tried in turn. A single address
 * is not tried: it is the one either way.
 *
 * @param target names it in messages.
 * @throws ResumarkError TARGET with the reason of each address.
 */
export const firstReachable = async (endpoints: readonly [Endpoint, ...Endpoint[]], target: string): Promise<Endpoint> => {
  if (endpoints.length === 1) return endpoints[0];
  const reasons: string[] = [];
  for (const endpoint of endpoints) {
    const reason = await whyUnreachable(endpoint);
    if (reason === undefined) return endpoint;
    reasons.push(`${endpoint.address} (${reason})`);
  }
  throw new ResumarkError(
    'TARGET',
    `the target ${target} accepts a connection at none of its addresses: ${reasons.join(', ')}.`,
    'Start the server, or check the name and the port.',
  );
};

const whyUnreachable = ({ address, port }: Endpoint): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const settle = (reason?: string): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(CONNECT_MS, () => {
      settle('no answer');
    });
    socket.once('connect', () => {
      settle();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      settle(error.code ?? error.message);
    });
  });
