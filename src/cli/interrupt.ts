const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type Signal = (typeof SIGNALS)[number];

/**
 * A listener for Ctrl-C, SIGTERM and a terminal that hangs up: the first signal ends the
 * measurement, the second the program.
 */
export interface Interrupt {
  readonly signal: AbortSignal;
  received(): Signal | undefined;
  end(): void;
}

export const listenForInterrupt = (): Interrupt => {
  const controller = new AbortController();
  let received: Signal | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    received = SIGNALS.find((signal) => signal === name);
    controller.abort();
    // A second signal has its default effect again and ends the process.
    stopListening();
  };
  const stopListening = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return { signal: controller.signal, received: () => received, end: stopListening };
};
