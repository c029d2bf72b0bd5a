import type { FleetSettings } from '../../scenario/fleet-schema.ts';
import { certificateSeries } from '../servers/certificate-series.ts';
import { openServerProgram, type ServerProgram, type ServerProgramSettings } from '../servers/server-program.ts';
import { groupKeys } from './group-keys.ts';
import { openAll, openFleet } from './open-fleet.ts';

/**
 * Starts server programs of one certificate behind a balancer. One alone has no balancer, but its ticket key all the same if it is
 * to have one from here.
 *
 * @param settings of each program.
 * @throws ResumarkError when one cannot be started; nothing is left then.
 */
export const openProgramFleet = async (settings: ServerProgramSettings, fleet: ProgramFleetSettings): Promise<ServerProgram> => {
  const keys = await groupKeys(fleet);
  const keysOf = (node: number): ServerProgramSettings['ticketKeys'] => keys[node] && [keys[node]];
  if (fleet.nodes === 1) return openServerProgram({ ...settings, ticketKeys: keysOf(0) });
  const certificates = await certificateSeries(settings);
  const nodes = await openAll(fleet.nodes, (node) => openServerProgram({ ...settings, certificates, ticketKeys: keysOf(node) }));
  const [first] = nodes;
  const behindBalancer = await openFleet(nodes, { balance: fleet.balance, cache: undefined });
  return { ...first, ...behindBalancer, name: `${String(fleet.nodes)} ${first.name}` };
};

type ProgramFleetSettings = Omit<FleetSettings, 'sessionCache'>;
