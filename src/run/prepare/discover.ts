import { cellId, type Cell } from '../../domain/cell.ts';
import { ResumarkError } from '../../domain/error.ts';
import { judge } from '../../domain/judgement.ts';
import { offersSession } from '../../domain/mode.ts';
import { protocolLabel, type Protocol } from '../../domain/protocol.ts';
import type { Client, Engine, Negotiated } from '../../engine/engine.ts';
import { attemptOf, performOne } from '../../engine/perform.ts';
import type { DecodedScenario } from '../../scenario/decode.ts';
import type { Expansion, ImpossibleCell } from '../../scenario/expand.ts';
import type { OpenState } from './open-states.ts';
import { preflight } from './preflight.ts';
import type { PreparedCell } from './prepare-cells.ts';
import { negotiatedKey } from './prepared.ts';

/** The cells of a scenario that its servers have, and what each state negotiates by protocol. */
export interface Discovery {
  readonly expansion: Expansion;
  readonly negotiated: ReadonlyMap<string, Negotiated>;
}

interface Subject {
  readonly decoded: DecodedScenario;
  readonly expansion: Expansion;
  readonly states: readonly OpenState[];
  readonly cells: readonly PreparedCell[];
}

/**
 * Performs a handshake with every state in every protocol, and finds out which of the modes and
 * protocols that nobody has named the servers have: the others are left out, with the reason. What
 * was named is measured in any case.
 *
 * @throws ResumarkError TARGET when a state cannot be measured at all, or not in a protocol that was
 *   named.
 */
export const discover = async (engine: Engine, subject: Subject): Promise<Discovery> => {
  const { negotiated, unspoken } = await preflightAll(engine, subject);
  const spoken = without(subject.expansion, unspoken);
  return { negotiated, expansion: without(spoken, await absentModes(engine, subject, spoken.cells)) };
};

const preflightAll = async (
  engine: Engine,
  { decoded: { scenario, sources }, expansion, states }: Subject,
): Promise<{ readonly negotiated: ReadonlyMap<string, Negotiated>; readonly unspoken: readonly ImpossibleCell[] }> => {
  const negotiated = new Map<string, Negotiated>();
  const unspoken: ImpossibleCell[] = [];
  const isFree = sources['protocols'] === undefined && scenario.load.mix === undefined;
  for (const state of states) {
    const errors: ResumarkError[] = [];
    for (const protocol of scenario.protocols) {
      try {
        negotiated.set(negotiatedKey(state.label, protocol), await preflight(engine, scenario, { state, protocol }));
      } catch (error) {
        if (!isFree || !(error instanceof ResumarkError) || error.code !== 'TARGET') throw error;
        errors.push(error);
        unspoken.push(...cellsOf(expansion, state, protocol).map((cell) => ({ cell, reason: reasonOf(error, state) })));
      }
    }
    const [first] = errors;
    if (first !== undefined && errors.length === scenario.protocols.length) throw first;
  }
  return { negotiated, unspoken };
};

const cellsOf = ({ cells }: Expansion, { label }: OpenState, protocol: Protocol): Cell[] =>
  cells.filter((cell) => cell.state === label && cell.protocol === protocol);

/** The message without its beginning, which names the state, and its full stop. */
const reasonOf = ({ message }: ResumarkError, { label, target }: OpenState): string =>
  message.replace(`${label} (${target}): `, '').replace(/\.$/u, '');

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
    const isKnown = state?.kind === 'server' || state?.resumption !== undefined;
    const finding = isKnown ? undefined : await whyAbsent(engine, prepared);
    if (finding === undefined) present.add(kind);
    else absent.push({ cell: prepared.cell, reason: finding });
  }
  return absent.filter(({ cell: { protocol, mode } }) => !present.has(`${protocol} ${mode}`));
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
  const sendsRequest = client.settings.request !== undefined;
  const first = await performOne(engine, attemptOf(client, { sendsRequest }));
  const { session } = first;
  if (session === undefined) return 'no-session';
  const second = await performOne(engine, attemptOf(client, { session, sendsRequest }));
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
