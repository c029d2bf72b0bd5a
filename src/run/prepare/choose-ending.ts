import { setTimeout as sleep } from 'node:timers/promises';
import { cellLabel } from '../../domain/cell.ts';
import { ORDERLY_CLOSE_MS, type CloseStyle } from '../../domain/client-options.ts';
import { offersSession } from '../../domain/mode.ts';
import type { Ending } from '../../domain/run-record.ts';
import { LINGER_MS, type Client, type Engine, type Session } from '../../engine/engine.ts';
import { attemptOf, perform, type HandshakeResult } from '../../engine/perform.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { PreparedCell } from './prepare-cells.ts';

/** A server loses some of the sessions that a reset ends, and not all: one in three may be kept. */
const SESSIONS = 8;

/** A reset has arrived and been worked off by then. */
const SETTLED_MS = LINGER_MS + 20;

/**
 * Decides how measured connections end: in the same way in all cells, since an end costs both sides CPU time.
 *
 * OpenSSL takes a session out of the server's cache when its connection ends in an error, and some servers see a reset as one. Where
 * sessions live in the server, `auto` therefore finds out beforehand what they survive.
 */
export const chooseEnding = async (engine: Engine, scenario: Scenario, cells: readonly PreparedCell[]): Promise<Ending> => {
  const chosen = await chosenEnding(engine, scenario, cells);
  const unanswered = chosen.style === 'notify' ? await statesWithoutAnswer(engine, cells) : [];
  return { ...chosen, unanswered };
};

const chosenEnding = async (
  engine: Engine,
  { load, connection: { close } }: Scenario,
  cells: readonly PreparedCell[],
): Promise<Omit<Ending, 'unanswered'>> => {
  // One at a time means that nothing of the last connection is left when the next one begins.
  if (load.model === 'sequential') return { style: 'notify', reason: 'sequential', cells: [] };
  if (close !== 'auto') return { style: close, reason: 'asked', cells: [] };
  const losing: string[] = [];
  for (const { cell, settings, expected } of cells) {
    // A fleet that declines sessions anyway cannot tell which of them a reset has lost.
    if (!offersSession(cell.mode) || expected !== 'honoured') continue;
    const client = engine.client(settings);
    try {
      if (await losesByReset(engine, client)) losing.push(cellLabel(cell));
    } finally {
      client.close();
    }
  }
  return losing.length > 0
    ? { style: 'notify', reason: 'sessions-lost', cells: losing }
    : { style: 'reset', reason: 'harmless', cells: [] };
};

/** True when sessions that live in the server are lost by a reset and kept by an orderly end. */
const losesByReset = async (engine: Engine, client: Client): Promise<boolean> => {
  const afterReset = await keptShare(engine, client, 'reset');
  return afterReset < 1 && (await keptShare(engine, client, 'notify')) > afterReset;
};

/** Returns the share of sessions that a server resumes once more after a resumed connection ended so; 1 where nothing can be lost. */
const keptShare = async (engine: Engine, client: Client, style: CloseStyle): Promise<number> => {
  const primed = await fetchSessions(engine, client);
  const first = await offer(engine, client, { sessions: primed, style });
  const resumed = first.flatMap(({ result, session }) => (result.evidence.resumed ? [result.session ?? session] : []));
  await sleep(SETTLED_MS);
  const second = await offer(engine, client, { sessions: resumed, style: 'notify' });
  const kept = second.filter(({ result }) => result.failure === undefined && result.evidence.resumed).length;
  for (const session of new Set([...primed, ...[...first, ...second].flatMap(({ result }) => result.session ?? [])]))
    session.free();
  return resumed.length === 0 ? 1 : kept / resumed.length;
};

/** Fetches sessions that the server would have to look up. */
const fetchSessions = async (engine: Engine, client: Client): Promise<readonly Session[]> => {
  const attempts = Array.from({ length: SESSIONS }, () => attemptOf(client, { tap: false }));
  const sessions = (await perform(engine, attempts, SESSIONS)).flatMap(({ session }) => session ?? []);
  const [session] = sessions;
  const livesInServer = session?.mechanism === 'session-id' || session?.mechanism === 'psk-stateful';
  if (livesInServer) return sessions;
  for (const other of sessions) other.free();
  return [];
};

interface Offered {
  readonly session: Session;
  readonly result: HandshakeResult;
}

const offer = async (
  engine: Engine,
  client: Client,
  { sessions, style }: { readonly sessions: readonly Session[]; readonly style: CloseStyle },
): Promise<readonly Offered[]> => {
  const change = { tap: false, closeNotify: style === 'notify' };
  const attempts = sessions.map((session) => attemptOf(client, { ...change, session }));
  const results = await perform(engine, attempts, SESSIONS);
  return sessions.flatMap((session, index) => {
    const result = results[index];
    return result === undefined ? [] : [{ session, result }];
  });
};

/** Names the states whose server leaves a close_notify without an answer. */
const statesWithoutAnswer = async (engine: Engine, cells: readonly PreparedCell[]): Promise<string[]> => {
  const silent: string[] = [];
  const firstCells = new Map(cells.toReversed().map((prepared) => [prepared.cell.state, prepared]));
  for (const { cell, settings } of firstCells.values()) {
    const client = engine.client({ ...settings, mode: 'full' });
    const [result] = await perform(engine, [attemptOf(client, { tap: false, awaitTicket: false, sendsRequest: false })]);
    result?.session?.free();
    client.close();
    if (result?.failure === undefined && closingNs(result) >= ORDERLY_CLOSE_MS * 1e6) silent.push(cell.state);
  }
  return silent;
};

/** The time of a connection after its handshake: of one that awaits nothing, only that of its end. */
const closingNs = (result: HandshakeResult | undefined): number =>
  result === undefined ? 0 : result.endNs - result.startNs - result.connectNs - result.handshakeNs;
