import type { Cell } from '../domain/cell.ts';
import { whyImpossible } from '../domain/mode.ts';
import type { Scenario } from './schema.ts';

/** A cell that cannot exist, and why: it is skipped with a notice, never silently. */
export interface ImpossibleCell {
  readonly cell: Cell;
  readonly reason: string;
}

export interface Expansion {
  readonly cells: readonly Cell[];
  readonly impossible: readonly ImpossibleCell[];
}

/** Every combination of state, protocol and mode that a scenario asks for, in the scenario's order. */
export const expand = (scenario: Scenario): Expansion => {
  const cells: Cell[] = [];
  const impossible: ImpossibleCell[] = [];
  for (const state of Object.keys(scenario.states)) {
    for (const protocol of scenario.protocols) {
      for (const mode of scenario.modes) {
        const cell = { state, protocol, mode };
        const reason = whyImpossible(mode, protocol);
        if (reason === undefined) cells.push(cell);
        else impossible.push({ cell, reason });
      }
    }
  }
  return { cells, impossible };
};
