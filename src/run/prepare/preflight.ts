import type { Protocol } from '../../domain/protocol.ts';
import type { Engine, Negotiated } from '../../engine/engine.ts';
import { attemptOf, performOne } from '../../engine/perform.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { clientSettings } from './client-settings.ts';
import { nameOf, type OpenState } from './open-states.ts';
import { negotiatedOf } from './target-error.ts';

/** Facts that one full handshake with a state showed. */
export interface Preflight {
  readonly negotiated: Negotiated;
  /** The reason for trying another engine where sessions are offered: this one cannot offer the server's. */
  readonly obstacle: string | undefined;
}

/**
 * Performs one full handshake with a state before anything is measured.
 *
 * @throws PreflightError when the target cannot be measured, with the reason and a hint.
 */
export const preflight = async (
  engine: Engine,
  scenario: Scenario,
  { state, protocol }: { readonly state: OpenState; readonly protocol: Protocol },
): Promise<Preflight> => {
  const client = engine.client(clientSettings(scenario, state, { protocol, mode: 'full' }));
  const target = nameOf(state);
  try {
    const attempt = attemptOf(client);
    const result = await performOne(engine, attempt);
    result.session?.free();
    const isTooLong = result.unusableTicket === 'ticket-too-long';
    return {
      negotiated: negotiatedOf(result, attempt, { engine: engine.name, target }),
      obstacle: isTooLong ? `engine ${engine.name} cannot offer tickets as long as those of ${target}.` : undefined,
    };
  } finally {
    client.close();
  }
};
