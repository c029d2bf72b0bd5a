import { defineConfig } from 'vitest/config';

/**
 * What measures, drives real servers or starts other programs runs alone, one file after another: two measurements on one
 * machine would disturb each other.
 */
const ALONE = [
  'test/bad-servers/**/*.test.ts',
  'test/cpu/**/*.test.ts',
  'test/deploy/{slurm,systemd}.test.ts',
  'test/distributed/{network-*,process-*}.test.ts',
  'test/docs/commands.test.ts',
  'test/engine/**/*.test.ts',
  'test/interop/**/*.test.ts',
  'test/target/**/*.test.ts',
  'test/probe/**/*.test.ts',
  'test/real/**/*.test.ts',
  'test/report/hlog.test.ts',
  'test/report/spreadsheet.test.ts',
  'test/scenario/editor.test.ts',
  'test/e2e/**/*.test.ts',
];

/** Of those, what counts and reads, but judges no time: two files at once do it no harm. */
const COUNTING = [
  'test/deploy/{slurm,systemd}.test.ts',
  'test/e2e/{bad-input,certificate,control-characters,discovery,events,exit-codes,merge,outputs,package,program-fleet,report,server-programs}.test.ts',
  'test/interop/**/*.test.ts',
  'test/probe/**/*.test.ts',
  'test/real/sessions.test.ts',
  'test/report/{hlog,spreadsheet}.test.ts',
  'test/scenario/editor.test.ts',
];

/** Of those, what compares numbers that it measured. */
const MEASURING = [
  // Agents that must begin together, be found lost, and stop, all within seconds.
  'test/distributed/{network-*,process-*}.test.ts',
  'test/e2e/{capacity,compare,known-truth,round-trips,sequential}.test.ts',
  // Keys that rotate and sessions that expire while they are looked at.
  'test/probe/{reference-faults,watch}.test.ts',
  'test/real/{compare,open-load,packet-times,split}.test.ts',
];

const alone = {
  fileParallelism: false,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // On a shared machine a test in thousands meets a moment that it does not foresee: test/flaky-reporter.ts names it, to be mended.
  retry: 1,
  // These run the built program: it is built before the first of them, and not at all when it is fresh.
  globalSetup: 'test/build.ts',
};

export default defineConfig({
  test: {
    pool: 'forks',
    reporters: ['default', './test/flaky-reporter.ts'],
    projects: [
      {
        test: {
          name: 'pure',
          include: ['test/**/*.test.ts'],
          exclude: ALONE,
          // Pure tests share nothing that one could spoil for another, and loading every module once per file took half of the time.
          isolate: false,
          // Pure does not mean quick: the simulations take seconds on a busy machine.
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'counting',
          include: COUNTING,
          exclude: MEASURING,
          ...alone,
          fileParallelism: true,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: 'real', include: ALONE, exclude: [...COUNTING, ...MEASURING], ...alone, sequence: { groupOrder: 2 } } },
      {
        test: {
          name: 'measuring',
          include: MEASURING,
          ...alone,
          // On a shared machine other work disturbs a measurement now and then: it is made again. What is wrong fails every time.
          retry: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
