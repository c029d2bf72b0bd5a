import { join } from 'node:path';
import { HandshakeLog } from '../../src/target/servers/handshake-log.ts';
import type { ServerRecipe } from '../../src/target/servers/recipe.ts';
import type { ServerProgram, ServerWord } from './server-program.ts';

/** What a server of a make has logged of the handshakes that it had, read as a run reads it. */
export const wordOf = ({ account, name }: ServerRecipe, { folder }: ServerProgram): (() => Promise<ServerWord>) => {
  if (account.by !== 'log') throw new TypeError(`${name} has counters instead of a log`);
  const log = new HandshakeLog(join(folder, account.file), account);
  return async () => {
    const { handshakes, resumed } = await log.read();
    return { full: handshakes - resumed, resumed };
  };
};
