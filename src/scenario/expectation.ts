import type { Cell } from '../domain/cell.ts';
import type { CellRecord } from '../domain/run-record.ts';
import { acceptedShare, cacheGroups, keyGroups } from './fleet-groups.ts';
import type { FleetSettings } from './fleet-schema.ts';
import type { Scenario } from './schema.ts';
import type { Resumption, ServerSettings } from './server-schema.ts';

/**
 * Predicts from the known configuration of a state whether a cell will be honoured. A state without
 * one is expected to honour everything: a mode that it never honours is then a failure and not a
 * control.
 */
export const expectation = (scenario: Scenario, cell: Cell): CellRecord['expected'] => {
  const share = expectedShare(scenario, cell);
  if (share === 1) return 'honoured';
  return share === 0 ? 'declined' : 'partly';
};

/** Predicts the share of a cell's handshakes that will be honoured. */
export const expectedShare = (scenario: Scenario, cell: Cell): number => {
  const state = scenario.states[cell.state];
  if (cell.mode === 'full' || state === undefined) return 1;
  switch (state.kind) {
    case 'target':
      return state.resumption === undefined || offers(cell, state.resumption) ? 1 : 0;
    case 'server':
      return canServe(cell, state.server) && !comesTooLate(cell, state.server, scenario) && offers(cell, state.server.resumption)
        ? shareOfFleet(cell, state.server, scenario)
        : 0;
    case 'command':
      return state.command.resumption === undefined || offers(cell, state.command.resumption)
        ? shareOfFleet(cell, state.command, scenario)
        : 0;
  }
};

const canServe = ({ protocol, mode }: Cell, server: ServerSettings): boolean =>
  (mode !== 'early-data' || server.earlyData) &&
  !(mode === 'ticket' && server.faults.ignoreTickets) &&
  (protocol !== 'TLSv1.3' || (server.tickets !== 0 && (server.resumption.includes('tickets') || !isOnNodeTls(server))));

/** Tickets that come with an answer never come to clients that ask for none. */
const comesTooLate = ({ protocol }: Cell, { faults }: ServerSettings, { request }: Scenario): boolean =>
  protocol === 'TLSv1.3' && faults.ticketsAfterData && request === undefined;

/** Servers that share a cache are on node:tls, which looks a stateful TLS 1.3 ticket up under an ID that it never gave. */
const isOnNodeTls = ({ nodes, sessionCache }: ServerSettings): boolean => nodes > 1 && sessionCache === 'shared';

/** Servers, or programs of which it may not be known how they resume. */
type Fleet = FleetSettings & { readonly resumption?: readonly Resumption[] | undefined; readonly earlyData?: boolean };

/** Nodes that share neither keys nor a cache decline each other's sessions. */
const shareOfFleet = ({ protocol, mode }: Cell, fleet: Fleet, { connection }: Scenario): number => {
  const { resumption = ['tickets'], earlyData = false } = fleet;
  // With anti-replay a TLS 1.3 ticket stands for a session in the cache.
  const isStateful = mode === 'session-id' || (protocol === 'TLSv1.3' && earlyData);
  const groups = !isStateful && resumption.includes('tickets') ? keyGroups(fleet) : cacheGroups(fleet);
  return acceptedShare(groups, { balance: fleet.balance, sources: connection.source ?? [] });
};

/** OpenSSL servers with a cache issue stateful TLS 1.3 tickets when tickets are off. */
const offers = (cell: Cell, resumption: readonly Resumption[]): boolean => {
  if (cell.mode === 'session-id') return resumption.includes('cache');
  return resumption.includes('tickets') || (cell.protocol === 'TLSv1.3' && resumption.includes('cache'));
};
