import type { Cell } from '../domain/cell.ts';
import { whyImpossible } from '../domain/mode.ts';
import type { Scenario } from './schema.ts';

/** A cell that cannot exist, and the reason: it is skipped with a notice, never silently. */
interface ImpossibleCell {
  readonly cell: Cell;
  readonly reason: string;
}

/** Cells that share one stream of handshakes, each with its weight in whole numbers. */
export interface Stream {
  readonly cell: Cell;
  readonly weight: number;
}

export interface Expansion {
  readonly cells: readonly Cell[];
  /** The streams of one window of one state: a cell, or the parts of a mix. */
  readonly groups: readonly (readonly Stream[])[];
  readonly impossible: readonly ImpossibleCell[];
}

/**
 * Shares of a mix are whole thousandths of a percent: finer ones would need a permuted block longer
 * than any run.
 */
const SHARE_UNITS = 1e5;

/** Expands a scenario to every combination of state, protocol and mode, in the scenario's order. */
export const expand = (scenario: Scenario): Expansion => {
  const asked = Object.keys(scenario.states).flatMap((state) => groupsOf(scenario, state));
  const impossible = asked.flat().flatMap(({ cell }): ImpossibleCell[] => {
    const reason = whyImpossible(cell.mode, cell.protocol);
    return reason === undefined ? [] : [{ cell, reason }];
  });
  const isPossible = ({ cell }: Stream): boolean => whyImpossible(cell.mode, cell.protocol) === undefined;
  const groups = asked.map((group) => group.filter(isPossible)).filter((group) => group.length > 0);
  return { cells: groups.flat().map(({ cell }) => cell), groups, impossible };
};

const groupsOf = (scenario: Scenario, state: string): Stream[][] => {
  const { mix } = scenario.load;
  if (mix === undefined) {
    return scenario.protocols.flatMap((protocol) =>
      scenario.modes.map((mode) => [{ cell: { state, protocol, mode }, weight: 1 }]),
    );
  }
  const streamsIn = (protocol: Cell['protocol']): Stream[] =>
    mix.map((part) => ({
      cell: { state, protocol: ('protocol' in part ? part.protocol : undefined) ?? protocol, mode: part.mode },
      weight: Math.round(part.share * SHARE_UNITS),
    }));
  // A mix whose parts name their protocols is one stream; otherwise each protocol has a stream of
  // its own.
  const [first] = scenario.protocols;
  const isWhole = mix.every((part) => 'protocol' in part && part.protocol !== undefined);
  return isWhole && first !== undefined ? [streamsIn(first)] : scenario.protocols.map(streamsIn);
};
