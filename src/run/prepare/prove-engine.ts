import { offersSession } from '../../domain/mode.ts';
import type { ClientSettings, Engine, Negotiated } from '../../engine/engine.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { chooseEngine, nextEngine, type ChosenEngine } from './choose-engine.ts';
import type { OpenState } from './open-states.ts';
import { preflight } from './preflight.ts';
import { negotiatedKey } from './prepared.ts';
import { PreflightError } from './target-error.ts';

/** An engine that has made a full handshake with every state in every protocol. */
export interface ProvenEngine {
  readonly chosen: ChosenEngine;
  /** Negotiated in these handshakes, by `negotiatedKey`. */
  readonly negotiated: ReadonlyMap<string, Negotiated>;
}

/**
 * Chooses an engine and proves it by one full handshake with each state in each protocol. Where `auto` finds that the fastest one cannot measure
 * a target, it goes on to the next.
 *
 * @throws ResumarkError when none can: ENGINE before any connection is made, TARGET after it.
 */
export const proveEngine = async (
  scenario: Scenario,
  settings: readonly ClientSettings[],
  states: readonly OpenState[],
): Promise<ProvenEngine> => {
  const offersSessions = settings.some(({ mode }) => offersSession(mode));
  let chosen = chooseEngine(scenario, settings);
  for (;;) {
    const proof = await prove(chosen.engine, scenario, { states, offersSessions });
    const next = proof.obstacle === undefined ? undefined : nextEngine(scenario, settings, chosen, proof.obstacle);
    if (next === undefined && proof.negotiated !== undefined) return { chosen, negotiated: proof.negotiated };
    chosen.engine.close();
    if (next === undefined) throw proof.error;
    chosen = next;
  }
};

interface Proof {
  readonly obstacle: string | undefined;
  readonly negotiated?: ReadonlyMap<string, Negotiated>;
  readonly error?: unknown;
}

const prove = async (
  engine: Engine,
  scenario: Scenario,
  { states, offersSessions }: { readonly states: readonly OpenState[]; readonly offersSessions: boolean },
): Promise<Proof> => {
  const negotiated = new Map<string, Negotiated>();
  const obstacles: string[] = [];
  try {
    for (const state of states) {
      for (const protocol of scenario.protocols) {
        const shown = await preflight(engine, scenario, { state, protocol });
        negotiated.set(negotiatedKey(state.label, protocol), shown.negotiated);
        if (offersSessions && shown.obstacle !== undefined) obstacles.push(shown.obstacle);
      }
    }
    return { obstacle: obstacles[0], negotiated };
  } catch (error) {
    return { obstacle: error instanceof PreflightError ? error.obstacle : undefined, error };
  }
};
