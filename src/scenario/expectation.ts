import type { Cell } from '../domain/cell.ts';
import type { Scenario } from './schema.ts';
import type { Resumption } from './server-schema.ts';
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
      return state.resumption === undefined || offers(cell, state.resumption, true);
    case 'server':
      return offers(cell, state.server.resumption, false);
    case 'command':
      return state.command.resumption === undefined || offers(cell, state.command.resumption, true);
  }
};

/**
 * OpenSSL servers with a cache issue stateful TLS 1.3 tickets when tickets are off; a node:tls
 * server, like the reference server, issues such tickets but never resumes them.
 */
const offers = (cell: Cell, resumption: readonly Resumption[], resumesStatefully: boolean): boolean => {
  if (cell.mode === 'session-id') return resumption.includes('cache');
  return resumption.includes('tickets') || (cell.protocol === 'TLSv1.3' && resumesStatefully && resumption.includes('cache'));
};
