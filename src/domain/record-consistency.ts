import { sumOf } from '../stats/descriptive.ts';

/** A place in a record at which it contradicts itself. */
export interface Contradiction {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The parts of a record that refer to each other. */
export interface RecordParts {
  readonly states: readonly { readonly label: string }[];
  readonly cells: readonly { readonly id: string; readonly state: string }[];
  readonly blocks: readonly {
    readonly cell: string;
    readonly handshakes: number;
    readonly honoured: number;
    readonly handshakeNs: { readonly count: number };
    readonly connectNs: { readonly count: number };
    readonly timeline?: { readonly intervals: readonly { readonly handshakes: number; readonly honoured: number }[] } | undefined;
  }[];
}

/**
 * Returns everything in which a record contradicts itself: what would be left out of a report or
 * make its numbers wrong without a word.
 */
export const contradictionsIn = ({ states, cells, blocks }: RecordParts): Contradiction[] => {
  const labels = new Set(states.map(({ label }) => label));
  const ids = new Set(cells.map(({ id }) => id));
  return [
    ...(labels.size < states.length ? [{ path: ['states'], message: 'has two states of one label' }] : []),
    ...(ids.size < cells.length ? [{ path: ['cells'], message: 'has two cells of one ID' }] : []),
    ...cells.flatMap(({ state }, i) =>
      labels.has(state) ? [] : [{ path: ['cells', i, 'state'], message: 'must be the label of a state' }],
    ),
    ...blocks.flatMap((block, i) => blockContradictions(block, ids).map((message) => ({ path: ['blocks', i], message }))),
  ];
};

const blockContradictions = (
  { cell, handshakes, honoured, handshakeNs, connectNs, timeline }: RecordParts['blocks'][number],
  ids: ReadonlySet<string>,
): string[] => [
  ...(ids.has(cell) ? [] : ['must be of one of the cells']),
  ...(honoured <= handshakes ? [] : ['must not have more honoured handshakes than finished ones']),
  ...(handshakeNs.count === honoured && connectNs.count === honoured ? [] : ['must have a time for each honoured handshake']),
  ...(timeline === undefined || isWhole(timeline.intervals, { handshakes, honoured })
    ? []
    : ['must have each handshake in an interval of its timeline']),
];

interface Finished {
  readonly handshakes: number;
  readonly honoured: number;
}

const isWhole = (intervals: readonly Finished[], whole: Finished): boolean =>
  sumOf(intervals, ({ handshakes }) => handshakes) === whole.handshakes &&
  sumOf(intervals, ({ honoured }) => honoured) === whole.honoured;
