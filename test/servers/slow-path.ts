import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where a server inside listens, and where it is to be dialled. */
export const SLOW_PATH = { server: '10.77.0.1', dial: '10.77.0.2' } as const;

/** A network namespace in which the way to a server takes time, the TCP connect included. */
export interface SlowPath {
  /** Put in front of a command, to run it inside. */
  readonly wrapper: readonly [string, ...string[]];
  close(): Promise<void>;
}

const isRoot = process.getuid?.() === 0;

/** Why there can be no slow path here, or `undefined`: it takes network namespaces, for root or for users, and a tun device. */
export const whyNoSlowPath = (): string | undefined => {
  if (!existsSync('/dev/net/tun')) return 'no /dev/net/tun';
  const tried = spawnSync('unshare', [isRoot ? '-n' : '-Urn', 'ip', 'tuntap', 'add', 'slow0', 'mode', 'tun']);
  return tried.status === 0 ? undefined : 'no network namespace with a tun device';
};

/** Starts the way, with so long a delay in each direction. */
export const startSlowPath = async (delayMs: number): Promise<SlowPath> => {
  const module = fileURLToPath(new URL('./slow-path.mjs', import.meta.url));
  const args = [isRoot ? '-n' : '-Urn', process.execPath, module, String(delayMs)];
  const child = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => Promise.reject(new Error('the slow path ended at its start'))),
  ]);
  return {
    wrapper: ['nsenter', '--target', String(child.pid), '--net', ...(isRoot ? [] : ['--user', '--preserve-credentials'])],
    close: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};
