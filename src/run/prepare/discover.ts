import { cellId, type Cell } from '../../domain/cell.ts';
import { judge } from '../../domain/judgement.ts';
import { offersSession } from '../../domain/mode.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import type { Client, Engine } from '../../engine/engine.ts';
import { attemptOf, performOne } from '../../engine/perform.ts';
import type { DecodedScenario } from '../../scenario/decode.ts';
import type { Expansion, ImpossibleCell } from '../../scenario/expand.ts';
import type { StateSettings } from '../../scenario/state-schema.ts';
import type { PreparedCell } from './prepare-cells.ts';
import type { Unspoken } from './prove-engine.ts';

interface Subject {
  readonly decoded: DecodedScenario;
  readonly expansion: Expansion;
  readonly cells: readonly PreparedCell[];
  readonly unspoken: readonly Unspoken[];
}

/**
 * Finds out which of the modes that nobody has named the servers have, and returns what is left to measure: cells whose mode no
 * server has, and those of protocols that a state does not speak, are left out with the reason. What was named is measured in any
 * case.
 */
export const discover = async (engine: Engine, subject: Subject): Promise<Expansion> => {
  const spoken = without(subject.expansion, unspokenCells(subject));
  return without(spoken, await absentModes(engine, subject, spoken.cells));
};

const unspokenCells = ({ expansion, unspoken }: Subject): ImpossibleCell[] =>
  unspoken.flatMap(({ state, protocol, reason }) =>
    expansion.cells.filter((cell) => cell.state === state && cell.protocol === protocol).map((cell) => ({ cell, reason })),
  );

/**
 * The cells whose mode nobody has named and no state honours. Where one of several states does, it
 * is kept in all of them: the difference is the result.
 */
const absentModes = async (engine: Engine, { decoded, cells }: Subject, spoken: readonly Cell[]): Promise<ImpossibleCell[]> => {
  const { scenario, sources } = decoded;
  if (sources['modes'] !== undefined || scenario.load.mix !== undefined) return [];
  const asked = cells.filter(({ cell }) => spoken.includes(cell) && offersSession(cell.mode));
  const absent: ImpossibleCell[] = [];
  const present = new Set<string>();
  for (const prepared of asked) {
    const { protocol, mode } = prepared.cell;
    const kind = `${protocol} ${mode}`;
    if (present.has(kind)) continue;
    const state = scenario.states[prepared.cell.state];
    const isKnown = state !== undefined && isResumptionKnown(state);
    const finding = isKnown ? undefined : await whyAbsent(engine, prepared);
    if (finding === undefined) present.add(kind);
    else absent.push({ cell: prepared.cell, reason: finding });
  }
  return absent.filter(({ cell: { protocol, mode } }) => !present.has(`${protocol} ${mode}`));
};

const isResumptionKnown = (state: StateSettings): boolean => {
  switch (state.kind) {
    case 'server':
      return true;
    case 'target':
      return state.resumption !== undefined;
    case 'command':
      return state.command.resumption !== undefined;
  }
};

/** So many that a fleet of a few servers that share no keys still resumes one. */
const MOST_TRIES = 6;

/** Without a session there is nothing to offer; a second handshake proves that none was just late. */
const MOST_WITHOUT_SESSION = 2;

const whyAbsent = async (engine: Engine, { cell, settings }: PreparedCell): Promise<string | undefined> => {
  const client = engine.client(settings);
  let sessions = 0;
  try {
    for (let attempt = 1; attempt <= (sessions === 0 ? MOST_WITHOUT_SESSION : MOST_TRIES); attempt++) {
      const outcome = await resume(engine, client, cell);
      if (outcome === 'honoured') return undefined;
      if (outcome === 'declined') sessions += 1;
    }
  } finally {
    client.close();
  }
  const label = protocolLabel(cell.protocol);
  return sessions === 0
    ? `the server gives no session for it in ${label}; name it with --mode to measure it all the same`
    : `the server honoured it with none of ${String(sessions)} sessions in ${label}; name it with --mode to measure it all the same`;
};

/** Obtains a session and offers it once. */
const resume = async (
  engine: Engine,
  client: Client,
  { protocol, mode }: Cell,
): Promise<'honoured' | 'declined' | 'no-session'> => {
  const first = await performOne(engine, attemptOf(client));
  const { session } = first;
  if (session === undefined) return 'no-session';
  const second = await performOne(engine, attemptOf(client, { session }));
  session.free();
  second.session?.free();
  return judge({ mode, protocol, expired: false }, second.evidence) === 'honoured' ? 'honoured' : 'declined';
};

const without = (expansion: Expansion, missing: readonly ImpossibleCell[]): Expansion => {
  const ids = new Set(missing.map(({ cell }) => cellId(cell)));
  const groups = expansion.groups
    .map((group) => group.filter(({ cell }) => !ids.has(cellId(cell))))
    .filter((group) => group.length > 0);
  return {
    groups,
    cells: expansion.cells.filter((cell) => !ids.has(cellId(cell))),
    impossible: [...expansion.impossible, ...missing],
  };
};
