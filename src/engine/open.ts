import type { EngineName } from '../domain/engine-name.ts';
import { ResumarkError } from '../domain/error.ts';
import type { Engine } from './engine.ts';
import { openNodeEngine } from './node/engine.ts';
import { openOpenSslEngine } from './openssl/engine.ts';
import { openWireEngine } from './wire/engine.ts';

/**
 * An engine, with the options that it has.
 *
 * - `libssl`: path of a libssl of OpenSSL 3; `null` is the one inside the Node binary.
 * - `spin`: look for events without ever sleeping. No wake-up of ours, or of the server on another core, is then part of what is measured.
 */
export type EngineChoice =
  | { readonly name: 'wire'; readonly spin: boolean }
  | { readonly name: 'openssl'; readonly libssl: string | null; readonly spin: boolean }
  | { readonly name: 'node' };

/**
 * Gives an engine its options.
 *
 * @throws ResumarkError USAGE or ENGINE when one is given that the engine does not have.
 */
export const engineChoice = (
  name: EngineName,
  { libssl, spin = false }: { readonly libssl?: string | undefined; readonly spin?: boolean } = {},
): EngineChoice => {
  if (name === 'openssl') return { name, libssl: libssl ?? null, spin };
  if (libssl !== undefined) {
    throw new ResumarkError('USAGE', `--libssl is for engine openssl, but the engine is ${name}.`, 'Leave one of them out.');
  }
  if (name === 'wire') return { name, spin };
  if (spin) throw new ResumarkError('ENGINE', 'engine node cannot spin: its loop is that of Node.', 'Leave --spin out.');
  return { name };
};

/** Opens an engine. @throws ResumarkError ENGINE when it cannot run here. */
export const openEngine = (choice: EngineChoice): Engine => {
  switch (choice.name) {
    case 'wire':
      return openWireEngine(choice);
    case 'openssl':
      return openOpenSslEngine(choice);
    case 'node':
      return openNodeEngine();
  }
};
