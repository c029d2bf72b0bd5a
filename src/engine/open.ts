import type { Engine, EngineName } from './engine.ts';
import { openNodeEngine } from './node/engine.ts';
import { openOpenSslEngine } from './openssl/engine.ts';

/** Opens an engine by name. @throws ResumarkError ENGINE when it cannot run here. */
export const openEngine = (name: EngineName): Engine => {
  switch (name) {
    case 'openssl':
      return openOpenSslEngine();
    case 'node':
      return openNodeEngine();
  }
};
