import type { Attempt, Client, Engine } from '../../src/engine/engine.ts';
import { attemptOf, performOne, type HandshakeResult } from '../../src/engine/perform.ts';

/** Performs one attempt that must finish its handshake. */
export const handshake = async (
  engine: Engine,
  client: Client,
  change: Partial<Omit<Attempt, 'client'>> = {},
): Promise<HandshakeResult> => {
  const result = await performOne(engine, attemptOf(client, change));
  if (result.failure !== undefined) throw new Error(`the handshake failed: ${JSON.stringify(result.failure)}`);
  return result;
};
