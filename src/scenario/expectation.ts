import type { Cell } from '../domain/cell.ts';
import type { CellRecord } from '../domain/run-record.ts';
import { acceptedShare, cacheGroups, keyGroups } from './fleet-groups.ts';
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
      return state.resumption === undefined || offers(cell, state.resumption, true) ? 1 : 0;
    case 'server':
      return offers(cell, state.server.resumption, false) ? shareOfFleet(cell, state.server, scenario) : 0;
    case 'command':
      return state.command.resumption === undefined || offers(cell, state.command.resumption, true) ? 1 : 0;
  }
};

/** Nodes that share neither keys nor a cache decline each other's sessions. */
const shareOfFleet = (cell: Cell, server: ServerSettings, { connection }: Scenario): number => {
  const isByTicket = cell.mode !== 'session-id' && server.resumption.includes('tickets');
  const groups = isByTicket ? keyGroups(server) : cacheGroups(server);
  return acceptedShare(groups, { balance: server.balance, sources: connection.source ?? [] });
};

/**
 * OpenSSL servers with a cache issue stateful TLS 1.3 tickets when tickets are off; a node:tls
 * server, like the reference server, issues such tickets but never resumes them.
 */
const offers = (cell: Cell, resumption: readonly Resumption[], resumesStatefully: boolean): boolean => {
  if (cell.mode === 'session-id') return resumption.includes('cache');
  return resumption.includes('tickets') || (cell.protocol === 'TLSv1.3' && resumesStatefully && resumption.includes('cache'));
};
