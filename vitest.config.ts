import { defineConfig } from 'vitest/config';

/** What measures or drives real servers runs alone, one file after another: two measurements on one machine would disturb each other. */
const ALONE = [
  'test/engine/**/*.test.ts',
  'test/interop/**/*.test.ts',
  'test/target/**/*.test.ts',
  'test/real/**/*.test.ts',
  'test/e2e/**/*.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'pure',
          include: ['test/**/*.test.ts'],
          exclude: ALONE,
          // Pure does not mean quick: the simulations take seconds on a busy machine.
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'real',
          include: ALONE,
          fileParallelism: false,
          // On a shared machine other work disturbs a measurement now and then: it is made again. What is wrong fails every time.
          retry: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
