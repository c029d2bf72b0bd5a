import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Builds the program that tests start, unless the build is fresh: no test ever runs an old one. Nothing is installed, since
 * the runner itself runs out of node_modules.
 */
export default (): void => {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, '..', 'scripts', 'prepare.mjs'), 'build'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the build failed: see above');
};
