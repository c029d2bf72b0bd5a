import type { FleetMap, PairReport, ProbeRecord, Tries } from '../../domain/probe-record.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import type { Column, Table } from '../table.ts';
import { ABSENT, formatShare, grouped } from '../text/units.ts';
import { addressList, addressName } from './address-text.ts';
import { MECHANISM_TEXT } from './finding-text.ts';
import { severalText } from './protocol-rows.ts';
import { ratioText, triesText } from './tries-text.ts';

/**
 * States of a pair of addresses.
 *
 * `same-key`: not tried, as the tickets of both are under one key name.
 */
export type PairState = 'resumes' | 'partly' | 'declines' | 'same-key' | 'untried';

/** A pair of addresses: the text of its cell, and what it means. */
export interface MatrixCell {
  readonly state: PairState;
  readonly text: string;
}

/** An address in the matrix: it made the sessions that its row is about, and was offered those of its column. */
export interface MatrixRow {
  /** Its number in the matrix, which heads its column. */
  readonly number: string;
  readonly name: string;
  /** `A`; {@link ABSENT} where it resumes nothing. */
  readonly group: string;
  /** A cell for each address, in the order of the rows. */
  readonly cells: readonly MatrixCell[];
}

/** More addresses than these have a matrix that nobody reads: their groups tell the same. */
const MOST_IN_MATRIX = 16;

/** `TLS 1.3, PSK`: what the pairs were tried with; empty where no address resumes. */
export const mapSubject = ({ protocol, mechanism }: FleetMap): string =>
  [...(protocol === null ? [] : [protocolLabel(protocol)]), ...(mechanism === null ? [] : [MECHANISM_TEXT[mechanism]])].join(
    ', ',
  );

/** A row per address that answers, those of a group side by side; none where there are too many, or nothing resumes. */
export const matrixRows = (record: ProbeRecord, map: FleetMap): MatrixRow[] => {
  const order = orderOf(record, map);
  if (map.protocol === null || order.length < 2 || order.length > MOST_IN_MATRIX) return [];
  return order.map((from, place) => ({
    number: grouped(place + 1),
    name: addressName(record, from),
    group: groupNameOf(map, from) ?? ABSENT,
    cells: order.map((to) => cellOf(record, map, { from, to })),
  }));
};

/** The matrix as a table of text. */
export const matrixTable = (rows: readonly MatrixRow[]): Table => ({
  columns: [
    column('group'),
    column('#', 'right'),
    column('session of'),
    ...rows.map(({ number }) => column(`at ${number}`, 'right')),
  ],
  rows: rows.map(({ group, number, name, cells }) => [group, number, name, ...cells.map(({ text }) => text)]),
});

/** The groups as a table. */
export const groupTable = (record: ProbeRecord, { groups }: FleetMap): Table => ({
  columns: [column('group'), column('addresses', 'right'), column('which'), column('ticket key')],
  rows: groups.map(({ addresses, keyNames }, i) => [
    groupName(i),
    grouped(addresses.length),
    addressList(record, addresses),
    severalText(keyNames),
  ]),
});

/** The share that is expected of a balancer, and the one that was measured. */
export const predictionLines = ({ predicted, balanced }: FleetMap): string[] => [
  ...(predicted === null
    ? []
    : [
        `predicted behind a round robin over all addresses that answer: ${formatShare(predicted.share)} of the sessions resume (${formatShare(predicted.low)} to ${formatShare(predicted.high)})`,
      ]),
  ...(balanced === null
    ? []
    : [`measured by way of ${balanced.target}, ${protocolLabel(balanced.protocol)}: ${triesText(balanced)}`]),
];

/** How to read the cells of a matrix. */
export const matrixReading = (rows: readonly MatrixRow[]): string =>
  [
    'A cell says how many sessions of the address of its row were honoured by the address of its column.',
    ...(rows.some(({ cells }) => cells.some(({ state }) => state === 'same-key'))
      ? [`"${SAME_KEY}": not tried, as the tickets of both are under one key.`]
      : []),
  ].join(' ');

/** Fits the column of a small matrix. */
const SAME_KEY = 'key';

const column = (head: string, align: Column['align'] = 'left'): Column => ({ head, align, reading: '', yields: 0 });

/** The addresses that answer: group by group, then those that resume nothing. */
const orderOf = ({ addresses }: ProbeRecord, { groups }: FleetMap): number[] => {
  const inGroups = groups.flatMap((group) => group.addresses);
  const others = addresses.flatMap(({ protocols }, index) =>
    protocols.some(({ state }) => state === 'negotiated') && !inGroups.includes(index) ? [index] : [],
  );
  return [...inGroups, ...others];
};

/** The name of the group that an address is in; `undefined` where it resumes nothing. */
export const groupNameOf = ({ groups }: Pick<FleetMap, 'groups'>, address: number): string | undefined => {
  const at = groups.findIndex(({ addresses }) => addresses.includes(address));
  return at === -1 ? undefined : groupName(at);
};

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** `A` to `Z`, then `27`. */
const groupName = (index: number): string => LETTERS[index] ?? grouped(index + 1);

const cellOf = (record: ProbeRecord, map: FleetMap, pair: Pick<PairReport, 'from' | 'to'>): MatrixCell => {
  const tries = triesOf(record, map, pair);
  if (tries !== undefined && tries.tries > 0) return { state: stateOf(tries), text: ratioText(tries).replace(' of ', '/') };
  const group = groupNameOf(map, pair.from);
  const isSameKey = map.method === 'names' && group !== undefined && group === groupNameOf(map, pair.to);
  return isSameKey ? { state: 'same-key', text: SAME_KEY } : { state: 'untried', text: ABSENT };
};

/** Attempts of a pair; on the diagonal, those of the address on its own. */
const triesOf = (
  { addresses }: ProbeRecord,
  { pairs, protocol, mechanism }: FleetMap,
  { from, to }: Pick<PairReport, 'from' | 'to'>,
): Tries | undefined => {
  const tried = pairs.find((pair) => pair.from === from && pair.to === to);
  if (tried !== undefined || from !== to) return tried;
  const own = addresses[from]?.protocols.find((report) => report.protocol === protocol);
  return own?.state === 'negotiated' ? own.resumption.find((report) => report.mechanism === mechanism) : undefined;
};

const stateOf = ({ tries, honoured }: Tries): PairState => {
  if (honoured === 0) return 'declines';
  return honoured === tries ? 'resumes' : 'partly';
};
