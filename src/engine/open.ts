import type { Engine, EngineName } from './engine.ts';
import { openNodeEngine } from './node/engine.ts';
import { openOpenSslEngine } from './openssl/engine.ts';
import { openWireEngine } from './wire/engine.ts';

/** Which engine, and on which library. */
export interface EngineChoice {
  readonly name: EngineName;
  /** Path of a libssl; `null` is Node's own. */
  readonly libssl: string | null;
}

/** Opens an engine. @throws ResumarkError ENGINE when it cannot run here. */
export const openEngine = ({ name, libssl }: EngineChoice): Engine => {
  switch (name) {
    case 'wire':
      return openWireEngine();
    case 'openssl':
      return openOpenSslEngine(libssl);
    case 'node':
      return openNodeEngine();
  }
};
