import type { Reporter, TestModule } from 'vitest/node';

/** Names, at the end, what passed only when it was tried again: its cause is to be found, and not to be lived with. */
export default class FlakyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const flaky = modules.flatMap((module) =>
      [...module.children.allTests('passed')].flatMap((test) => {
        const { flaky: isFlaky = false, retryCount = 0 } = test.diagnostic() ?? {};
        const errors = test.result().errors ?? [];
        return isFlaky
          ? [
              `  ${module.relativeModuleId} > ${test.fullName}: try ${String(retryCount + 1)}`,
              ...errors.map(({ message }) => `    ${message}`),
            ]
          : [];
      }),
    );
    if (flaky.length > 0) process.stdout.write(`\nPassed only when tried again:\n${flaky.join('\n')}\n`);
  }
}
