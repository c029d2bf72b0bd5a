import { once } from 'node:events';
import { createServer } from 'node:net';
import { ResumarkError } from '../../domain/error.ts';
import type { Scenario } from '../../scenario/schema.ts';

/**
 * Refuses local addresses that this machine does not have, before anything is dialled. Binding is
 * the only sure test: Linux has the whole of 127.0.0.0/8, and lists one address of it.
 *
 * @throws ResumarkError USAGE naming the address.
 */
export const checkSources = async (scenario: Scenario): Promise<void> => {
  const addresses = scenario.connection.source ?? [];
  refuseOnWay(addresses, scenario);
  for (const address of addresses) {
    const server = createServer();
    try {
      server.listen(0, address);
      await once(server, 'listening');
    } catch (error) {
      throw new ResumarkError(
        'USAGE',
        `--source ${address} cannot be used: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`,
        'Name addresses of this machine, as ip address lists them.',
      );
    } finally {
      server.close();
    }
  }
};

/** A tun device has one address on our side. */
const refuseOnWay = (addresses: readonly string[], { states }: Scenario): void => {
  const onWay = Object.entries(states).find(([, state]) => state.kind !== 'target' && state.way !== undefined)?.[0];
  if (addresses.length === 0 || onWay === undefined) return;
  throw new ResumarkError(
    'USAGE',
    `--source ${addresses.join(',')} cannot be used with state ${onWay}: a way with an rtt has one address on our side.`,
    'Leave --source out, or rtt, jitter and loss.',
  );
};
