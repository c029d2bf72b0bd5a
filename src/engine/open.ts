import type { Engine, EngineName } from './engine.ts';
import { openNodeEngine } from './node/engine.ts';

/** Opens an engine by name. @throws ResumarkError ENGINE when it cannot run here. */
export const openEngine = (name: EngineName): Engine => {
  switch (name) {
    case 'node':
    case 'openssl':
      return openNodeEngine();
  }
};
