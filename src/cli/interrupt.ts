export type Signal = 'SIGINT' | 'SIGTERM';

/** A listener for Ctrl-C and SIGTERM: the first ends the measurement, the second the program. */
export interface Interrupt {
  readonly signal: AbortSignal;
  received(): Signal | undefined;
  end(): void;
}

export const listenForInterrupt = (): Interrupt => {
  const controller = new AbortController();
  let received: Signal | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signal !== 'SIGINT' && signal !== 'SIGTERM') return;
    received = signal;
    controller.abort();
    // A second signal has its default effect again and ends the process.
    stopListening();
  };
  const stopListening = (): void => {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal: controller.signal, received: () => received, end: stopListening };
};
