import type { Protocol } from '../../domain/protocol.ts';
import type { Engine, Negotiated } from '../../engine/engine.ts';
import { attemptOf, performOne } from '../../engine/perform.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { clientSettings } from './client-settings.ts';
import type { OpenState } from './open-states.ts';
import { negotiatedOf } from './target-error.ts';

/**
 * Performs one full handshake with a state before anything is measured.
 *
 * @returns what it negotiates.
 * @throws ResumarkError TARGET when the target cannot be measured, with the reason and a hint.
 */
export const preflight = async (
  engine: Engine,
  scenario: Scenario,
  { state, protocol }: { readonly state: OpenState; readonly protocol: Protocol },
): Promise<Negotiated> => {
  const client = engine.client(clientSettings(scenario, state, { protocol, mode: 'full' }));
  try {
    const attempt = attemptOf(client, { sendsRequest: client.settings.request !== undefined });
    const result = await performOne(engine, attempt);
    result.session?.free();
    return negotiatedOf(result, attempt, `${state.label} (${state.target})`);
  } finally {
    client.close();
  }
};
