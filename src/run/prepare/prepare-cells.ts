import { cellId, type Cell } from '../../domain/cell.ts';
import type { CellRecord, Ending } from '../../domain/run-record.ts';
import type { ClientSettings } from '../../engine/engine.ts';
import type { CellContext } from '../../load/load-generator.ts';
import type { Expansion } from '../../scenario/expand.ts';
import { expectation, expectedShare } from '../../scenario/expectation.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { clientSettings } from './client-settings.ts';
import type { OpenState } from './open-states.ts';

/** A cell with everything that is derived of it, once per run: windows name it by its id. */
export interface PreparedCell {
  readonly id: string;
  readonly cell: Cell;
  readonly state: OpenState;
  readonly settings: ClientSettings;
  readonly expected: CellRecord['expected'];
  readonly expectedShare: number;
}

/** Prepares every cell of a scenario whose states are open. */
export const prepareCells = (scenario: Scenario, { cells }: Expansion, states: readonly OpenState[]): PreparedCell[] =>
  cells.map((cell) => {
    const state = states.find(({ label }) => label === cell.state);
    if (state === undefined) throw new TypeError(`no open state ${cell.state}`);
    return {
      id: cellId(cell),
      cell,
      state,
      settings: clientSettings(scenario, state, cell),
      expected: expectation(scenario, cell),
      expectedShare: expectedShare(scenario, cell),
    };
  });

/** A cell as the load generator opens it. */
export const contextOf = ({ id, settings }: PreparedCell, { load }: Scenario, { style }: Ending): CellContext => ({
  cell: id,
  settings: { ...settings, close: style },
  policy: load.sessions,
  offerAfterNs: load.offerAfter * 1e6,
});
