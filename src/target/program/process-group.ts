/**
 * Sends a signal to every process of a group.
 *
 * @returns false when none is left that could take it.
 */
export const signalGroup = (leader: number, signal: NodeJS.Signals): boolean => {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
};

/** Leaders of the groups that are killed when this process ends. */
const guarded = new Set<number>();

/**
 * Kills a group when this process ends before the group is released: by itself, or by a signal that nobody else listens for. A group
 * of its own gets no Ctrl-C, which is for us to act on; so it would go on for ever.
 *
 * @returns what releases it.
 */
export const guardGroup = (leader: number): (() => void) => {
  if (guarded.size === 0) listen();
  guarded.add(leader);
  return () => {
    guarded.delete(leader);
    if (guarded.size === 0) stopListening();
  };
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const listen = (): void => {
  process.on('exit', killAll);
  // First in line: a listener that takes itself off would otherwise leave us as the only one at the very signal that it acts on.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
};

const stopListening = (): void => {
  process.off('exit', killAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
};

const onSignal = (signal: NodeJS.Signals): void => {
  if (process.listenerCount(signal) > 1) return;
  killAll();
  stopListening();
  // Nobody else listens any more: the default ends us.
  process.kill(process.pid, signal);
};

const killAll = (): void => {
  for (const leader of guarded) signalGroup(leader, 'SIGKILL');
};
