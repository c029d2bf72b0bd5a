import { ResumarkError } from '../../domain/error.ts';
import { offersSession } from '../../domain/mode.ts';
import type { Protocol } from '../../domain/protocol.ts';
import type { ClientSettings, Engine, Negotiated } from '../../engine/engine.ts';
import type { DecodedScenario } from '../../scenario/decode.ts';
import { supervised } from '../../engine/supervised.ts';
import type { HandshakeAccount } from '../handshake-account.ts';
import { chooseEngine, nextEngine, type ChosenEngine } from './choose-engine.ts';
import { nameOf, type OpenState } from './open-states.ts';
import { preflight } from './preflight.ts';
import { negotiatedKey } from './prepared.ts';
import { PreflightError } from './target-error.ts';

/** A protocol that a state does not speak. */
export interface Unspoken {
  readonly state: string;
  readonly protocol: Protocol;
  readonly reason: string;
}

/** An engine that has made a full handshake with every state. */
export interface ProvenEngine {
  readonly chosen: ChosenEngine;
  /** Negotiated in these handshakes, by `negotiatedKey`. */
  readonly negotiated: ReadonlyMap<string, Negotiated>;
  /** Of the protocols that nobody has named: the named ones are demanded. */
  readonly unspoken: readonly Unspoken[];
}

/** What an engine is proven with. */
export interface Subject {
  /** Of every cell. */
  readonly settings: readonly ClientSettings[];
  readonly states: readonly OpenState[];
  /** Takes every handshake that the engine makes from then on. */
  readonly account: HandshakeAccount;
  /** Ends the handshakes that the engine makes from then on. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Chooses an engine and proves it by one full handshake with each state in each protocol. Where `auto` finds that the fastest one
 * cannot measure a target, it goes on to the next.
 *
 * @throws ResumarkError when none can: ENGINE before any connection is made, TARGET when a state cannot be measured at all, or not
 *   in a protocol that was named; INTERRUPTED when the signal ends it.
 */
export const proveEngine = async (decoded: DecodedScenario, subject: Subject): Promise<ProvenEngine> => {
  const { scenario } = decoded;
  const { settings } = subject;
  const offersSessions = settings.some(({ mode }) => offersSession(mode));
  const isFit = (trial: Trial): boolean => !('error' in trial) && obstacleOf(trial, offersSessions) === undefined;
  const first = await tryEngine(chooseEngine(scenario, settings), decoded, subject);
  const obstacle = first.trials.map((trial) => obstacleOf(trial, offersSessions)).find((found) => found !== undefined);
  const next = obstacle === undefined ? undefined : nextEngine(scenario, settings, first.chosen, obstacle);
  if (next === undefined) return proven(first, decoded);
  const second = await orClose(first.chosen.engine, () => tryEngine(next, decoded, subject));
  // A server that refuses both engines alike has reasons of its own.
  const isBetter = second.trials.filter(isFit).length > first.trials.filter(isFit).length;
  (isBetter ? first : second).chosen.engine.close();
  return proven(isBetter ? second : first, decoded);
};

interface TriedEngine {
  readonly chosen: ChosenEngine;
  readonly trials: readonly Trial[];
}

const tryEngine = (
  chosen: ChosenEngine,
  decoded: DecodedScenario,
  { states, account, signal }: Subject,
): Promise<TriedEngine> => {
  const engine = supervised(chosen.engine, { note: account.note, signal });
  return orClose(engine, async () => ({ chosen: { ...chosen, engine }, trials: await tryStates(engine, decoded, states) }));
};

const proven = ({ chosen, trials }: TriedEngine, decoded: DecodedScenario): Promise<ProvenEngine> =>
  orClose(chosen.engine, () => ({ chosen, ...conclude(decoded, trials) }));

/** Closes an engine when a task fails, which would have gone on with it. */
const orClose = async <Result>(engine: Engine, task: () => Result | Promise<Result>): Promise<Result> => {
  try {
    return await task();
  } catch (error) {
    engine.close();
    throw error;
  }
};

/** The first handshake of an engine with a state in a protocol. */
type Trial = { readonly state: OpenState; readonly protocol: Protocol } & (
  { readonly negotiated: Negotiated; readonly obstacle: string | undefined } | { readonly error: ResumarkError }
);

/** Goes on after a failure only where it may mean that the state does not speak a protocol that nobody has named. */
const tryStates = async (engine: Engine, decoded: DecodedScenario, states: readonly OpenState[]): Promise<readonly Trial[]> => {
  const trials: Trial[] = [];
  for (const state of states) {
    for (const protocol of decoded.scenario.protocols) {
      const trial = await tryOne(engine, decoded, { state, protocol });
      trials.push(trial);
      if ('error' in trial && !mayLeaveOut(decoded)) return trials;
    }
  }
  return trials;
};

const tryOne = async (
  engine: Engine,
  { scenario }: DecodedScenario,
  subject: { readonly state: OpenState; readonly protocol: Protocol },
): Promise<Trial> => {
  try {
    return { ...subject, ...(await preflight(engine, scenario, subject)) };
  } catch (error) {
    if (!(error instanceof ResumarkError) || error.code !== 'TARGET') throw error;
    return { ...subject, error };
  }
};

const mayLeaveOut = ({ scenario, sources }: DecodedScenario): boolean =>
  sources['protocols'] === undefined && scenario.load.mix === undefined;

/** Returns the reason for another engine, if the handshake gave one. */
const obstacleOf = (trial: Trial, offersSessions: boolean): string | undefined => {
  if (!('error' in trial)) return offersSessions ? trial.obstacle : undefined;
  return trial.error instanceof PreflightError ? trial.error.obstacle : undefined;
};

/** @throws ResumarkError the error of a state that cannot be measured. */
const conclude = (decoded: DecodedScenario, trials: readonly Trial[]): Omit<ProvenEngine, 'chosen'> => {
  const negotiated = new Map<string, Negotiated>();
  const unspoken: Unspoken[] = [];
  for (const trial of trials) {
    const { state, protocol } = trial;
    if (!('error' in trial)) negotiated.set(negotiatedKey(state.label, protocol), trial.negotiated);
    else if (!mayLeaveOut(decoded) || trials.every((other) => other.state !== state || 'error' in other)) throw trial.error;
    else unspoken.push({ state: state.label, protocol, reason: reasonOf(trial.error, state) });
  }
  return { negotiated, unspoken };
};

/** The message without its beginning, which names the state, and its full stop. */
const reasonOf = ({ message }: ResumarkError, state: OpenState): string =>
  message.replace(`${nameOf(state)}: `, '').replace(/\.$/u, '');
