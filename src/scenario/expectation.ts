import type { Cell } from '../domain/cell.ts';
import type { Scenario } from './schema.ts';
import type { Resumption, ServerSettings } from './server-schema.ts';
import type { StateSettings } from './state-schema.ts';

/**
 * Predicts from the known configuration of a state whether a cell will be honoured. A state without
 * one is expected to honour everything: a mode that it never honours is then a failure and not a
 * control.
 */
export const expectation = (scenario: Scenario, cell: Cell): 'honoured' | 'declined' => {
  const state = scenario.states[cell.state];
  return cell.mode === 'full' || state === undefined || isOffered(cell, state) ? 'honoured' : 'declined';
};

const isOffered = (cell: Cell, state: StateSettings): boolean => {
  switch (state.kind) {
    case 'target':
      return state.resumption === undefined || offers(cell, state.resumption);
    case 'server':
      return canServe(cell, state.server) && offers(cell, state.server.resumption);
  }
};

const canServe = ({ protocol, mode }: Cell, { earlyData, tickets, faults }: ServerSettings): boolean =>
  (mode !== 'early-data' || earlyData) &&
  !(mode === 'ticket' && faults.ignoreTickets) &&
  (protocol !== 'TLSv1.3' || tickets !== 0);

/** OpenSSL servers with a cache issue stateful TLS 1.3 tickets when tickets are off. */
const offers = (cell: Cell, resumption: readonly Resumption[]): boolean => {
  if (cell.mode === 'session-id') return resumption.includes('cache');
  return resumption.includes('tickets') || (cell.protocol === 'TLSv1.3' && resumption.includes('cache'));
};
