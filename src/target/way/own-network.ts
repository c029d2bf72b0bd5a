import { spawn, spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { constants } from 'node:os';

/** Names the network that a command left when it was run again in one of its own. */
const LEFT = 'RESUMARK_LEFT_NETWORK';

const currentNetwork = (): string => {
  try {
    return readlinkSync('/proc/self/ns/net');
  } catch {
    return '';
  }
};

/** True in a process that {@link inOwnNetwork} has started. */
export const isOwnNetwork = (): boolean => {
  const left = process.env[LEFT];
  return left !== undefined && left !== currentNetwork();
};

/** Root needs no namespace of users; anybody else becomes root in one. */
const namespaces = (): string => (process.getuid?.() === 0 ? '-n' : '-Urn');

/** Tells whether this machine lets us have a network of our own, with a tun device in it. */
export const canHaveOwnNetwork = (): boolean =>
  spawnSync('unshare', [namespaces(), 'ip', 'tuntap', 'add', 'way0', 'mode', 'tun']).status === 0;

/** Signals that end a command. A terminal sends them to its whole group, others to the one that it knows. */
const PASSED_ON = ['SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command of this Node in a network namespace of its own, where 127.0.0.1 is nobody else's, on the same terminal.
 *
 * @returns its exit code, 128 and the number of the signal for one that a signal has ended.
 */
export const inOwnNetwork = async (args: readonly string[]): Promise<number> => {
  const child = spawn(
    'unshare',
    [namespaces(), 'sh', '-c', 'ip link set lo up && exec "$0" "$@"', process.execPath, ...process.execArgv, ...args],
    { stdio: 'inherit', env: { ...process.env, [LEFT]: currentNetwork() } },
  );
  const passOn = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  const keepOn = (): void => undefined;
  for (const signal of PASSED_ON) process.on(signal, passOn);
  // Ctrl-C has reached the command too, which ends in its own time.
  process.on('SIGINT', keepOn);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } finally {
    for (const signal of PASSED_ON) process.off(signal, passOn);
    process.off('SIGINT', keepOn);
  }
};
