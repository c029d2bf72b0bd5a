import type { BlockRecord, FleetUseRecord, RunRecord } from '../../domain/run-record.ts';
import type { StateRecord } from '../../domain/state-record.ts';
import { sumOf } from '../../stats/descriptive.ts';
import { endpointText } from './target.ts';
import { formatDuration } from './units.ts';

/** A line per state that is a fleet: its nodes, and the CPU time of what stands around them, which is not part of the servers'. */
export const fleetLines = (run: RunRecord): string[] =>
  run.states.flatMap((state) =>
    state.nodes === undefined ? [] : [`${state.label}: ${nodesText(state.nodes)}${useText(run, state)}`],
  );

const nodesText = (nodes: NonNullable<StateRecord['nodes']>): string =>
  `nodes at ${nodes.map(({ address, port }) => endpointText(address, port)).join(', ')}`;

const useText = (run: RunRecord, { label }: StateRecord): string => {
  const cells = new Set(run.cells.filter(({ state }) => state === label).map(({ id }) => id));
  const blocks = run.blocks.filter(({ cell, valid }) => valid && cells.has(cell));
  const parts = [
    ...partText(
      'balancer',
      perHandshake(blocks, ({ cpuBalancerNs }) => cpuBalancerNs),
    ),
    ...partText(
      'shared session cache',
      perHandshake(blocks, ({ cpuCacheNs }) => cpuCacheNs),
    ),
  ];
  return parts.map((part) => `; ${part}`).join('');
};

const partText = (name: string, ns: number | undefined): string[] =>
  ns === undefined ? [] : [`CPU of the ${name} ${formatDuration(ns)} per handshake`];

/** CPU time per finished handshake, where it is known of every window; cells that shared a window share its CPU time too. */
const perHandshake = (blocks: readonly BlockRecord[], read: (use: FleetUseRecord) => number | null): number | undefined => {
  const windows = new Map(
    blocks.map(({ round, position, fleet }) => [
      `${String(round)} ${String(position)}`,
      fleet === undefined ? null : read(fleet),
    ]),
  );
  const known = [...windows.values()].flatMap((ns) => ns ?? []);
  const handshakes = sumOf(blocks, (block) => block.handshakes);
  return handshakes === 0 || known.length < windows.size ? undefined : sumOf(known, (ns) => ns) / handshakes;
};
