import { ResumarkError } from '../domain/error.ts';
import type { EngineName } from '../domain/engine-name.ts';
import type { ClientSettings } from './engine.ts';

/**
 * Refuses shortcuts for engines whose library decides how a handshake is done.
 *
 * @throws ResumarkError ENGINE when the settings ask for less work than a full client does.
 */
export const refuseShortcuts = (name: EngineName, { keyShare, checksSignature }: ClientSettings): void => {
  if (keyShare === 'reuse') throw refusal(name, 'makes a fresh key share for each handshake', '--key-share');
  if (!checksSignature) throw refusal(name, "always checks the server's signature", '--no-signature-check');
};

const refusal = (name: EngineName, does: string, flag: string): ResumarkError =>
  new ResumarkError('ENGINE', `engine ${name} ${does}.`, `Leave ${flag} out, or take --engine wire.`);
