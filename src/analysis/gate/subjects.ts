import type { Cell } from '../../domain/cell.ts';
import type { Gate, MetricReference } from '../../domain/gate.ts';
import type { CellRecord } from '../../domain/run-record.ts';
import { nearest } from '../../domain/suggest.ts';
import { gateError } from './gate-error.ts';

/** What gates are judged in. */
export interface GatedCell extends Cell {
  readonly expected: CellRecord['expected'];
}

/** The state that the others are held against: the first of several. */
export const baselineState = (cells: readonly Cell[]): string | undefined => {
  const states = [...new Set(cells.map(({ state }) => state))];
  return states.length > 1 ? states[0] : undefined;
};

/**
 * The cells that a gate speaks of. Where it names no state, those of the states under test: of all but the one that they are held against.
 * Where it names no protocol, every one; a change is then looked for only where the state before is meant to offer the mode.
 */
export const cellsOfGate = <One extends GatedCell>(gate: Gate, cells: readonly One[]): One[] => {
  const meant = cells.filter((cell) => isMeant(gate.left, cell, baselineState(cells)));
  const measurable = meant.filter((cell) => gate.kind !== 'change' || !isControl(cells, cell));
  return measurable.length > 0 ? measurable : meant;
};

const isMeant = ({ state, protocol, mode }: MetricReference, cell: Cell, baseline: string | undefined): boolean =>
  cell.mode === mode &&
  (state === undefined ? cell.state !== baseline : cell.state === state) &&
  (protocol === undefined || cell.protocol === protocol);

const isControl = (cells: readonly GatedCell[], cell: GatedCell): boolean =>
  cells.some(
    (one) =>
      one.state === baselineState(cells) &&
      one.protocol === cell.protocol &&
      one.mode === cell.mode &&
      one.expected === 'declined',
  );

/** The other cell of a gate that compares two: of the same state and protocol where it names none. */
export const rightCell = <One extends Cell>(right: MetricReference, left: Cell, cells: readonly One[]): One | undefined =>
  cells.find(
    (cell) =>
      cell.mode === right.mode &&
      cell.state === (right.state ?? left.state) &&
      cell.protocol === (right.protocol ?? left.protocol),
  );

/**
 * Refuses, before anything is measured, a gate that no cell can answer.
 *
 * @param hasBaseline whether a state before comes from elsewhere.
 * @throws ResumarkError USAGE that shows the place and what is measured.
 */
export const checkGate = (gate: Gate, cells: readonly GatedCell[], hasBaseline: boolean): void => {
  const divisor = divisorOf(gate);
  for (const reference of [gate.left, ...(divisor === undefined ? [] : [divisor])]) checkReference(gate, reference, cells);
  const found = cellsOfGate(gate, cells);
  if (found.length === 0) throw gateError(gate.text, gate.left.at, `${refersTo(gate.left)} is not measured`, measured(cells));
  if (divisor !== undefined && !found.some((cell) => rightCell(divisor, cell, cells) !== undefined)) {
    throw gateError(gate.text, divisor.at, `${refersTo(divisor)} is not measured beside the other`, measured(cells));
  }
  if (gate.kind !== 'change' || hasBaseline) return;
  const baseline = baselineState(cells);
  if (baseline !== undefined && gate.left.state !== baseline) return;
  throw gateError(
    gate.text,
    gate.left.at,
    baseline === undefined ? 'there is no state to compare with' : `${baseline} is the state that the others are compared with`,
    'A change is judged from the first state of a scenario to the others, or from the runs of gate <run> --baseline <run>.',
  );
};

/** The metric that the other of a gate is divided by or held against, if it names one. */
export const divisorOf = (gate: Gate): MetricReference | undefined => {
  switch (gate.kind) {
    case 'limit':
      return undefined;
    case 'ratio':
      return gate.right;
    case 'change':
      return gate.per;
  }
};

const checkReference = (gate: Gate, reference: MetricReference, cells: readonly GatedCell[]): void => {
  const { state, protocol, mode } = reference;
  const fail = (what: string, given: string, kept: (cell: GatedCell) => string): never => {
    const choices = [...new Set(cells.map(kept))];
    const meant = nearest(given, choices);
    const hint = meant === undefined ? '' : `Did you mean ${meant}? `;
    throw gateError(gate.text, reference.at, `there is no ${what} ${given}`, `${hint}There is: ${choices.join(', ')}.`);
  };
  if (state !== undefined && !cells.some((cell) => cell.state === state)) fail('state', state, (cell) => cell.state);
  if (!cells.some((cell) => cell.mode === mode)) fail('measured mode', mode, (cell) => cell.mode);
  if (protocol !== undefined && !cells.some((cell) => cell.protocol === protocol)) {
    fail('measured protocol', protocol, (cell) => cell.protocol);
  }
};

const refersTo = ({ state, protocol, mode }: MetricReference): string =>
  [state, protocol, mode].filter((part) => part !== undefined).join('.');

const measured = (cells: readonly GatedCell[]): string =>
  `Measured are: ${cells.map(({ state, protocol, mode }) => `${state}.${protocol.replace('TLSv', 'tls')}.${mode}`).join(', ')}.`;
