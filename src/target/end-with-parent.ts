/** Ends this process when the one that started it does, and not before: nothing that a run started may outlive it. */
export const endWithParent = (): void => {
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole process group; the parent still needs this process until its window has ended.
  process.on('SIGINT', () => undefined);
};
