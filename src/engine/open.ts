import type { EngineName } from '../domain/engine-name.ts';
import { ResumarkError } from '../domain/error.ts';
import type { Engine } from './engine.ts';
import { openNodeEngine } from './node/engine.ts';
import { openOpenSslEngine } from './openssl/engine.ts';
import { openWireEngine } from './wire/engine.ts';

/** Which engine, and on which library. */
export interface EngineChoice {
  readonly name: EngineName;
  /** Path of a libssl; `null` is Node's own. */
  readonly libssl: string | null;
  /** Look for events without ever sleeping: no wake-up of ours, or of the server on another core, is then part of what is measured. */
  readonly spin: boolean;
}

/** Opens an engine. @throws ResumarkError ENGINE when it cannot run here. */
export const openEngine = ({ name, libssl, spin }: EngineChoice): Engine => {
  switch (name) {
    case 'wire':
      return openWireEngine({ spin });
    case 'openssl':
      return openOpenSslEngine({ library: libssl, spin });
    case 'node':
      if (spin) throw new ResumarkError('ENGINE', 'engine node cannot spin: its loop is that of Node.', 'Leave --spin out.');
      return openNodeEngine();
  }
};
