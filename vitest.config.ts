import { defineConfig } from 'vitest/config';

/** What measures or drives real servers runs alone, one file after another: two measurements on one machine would disturb each other. */
const ALONE = [
  'test/engine/**/*.test.ts',
  'test/interop/**/*.test.ts',
  'test/target/**/*.test.ts',
  'test/real/**/*.test.ts',
  'test/e2e/**/*.test.ts',
];

/** Of those, what compares numbers that it measured. */
const MEASURING = [
  'test/e2e/{capacity,compare,known-truth,round-trips,sequential}.test.ts',
  'test/real/{compare,open-load,packet-times}.test.ts',
];

const alone = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 };

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
      { test: { name: 'real', include: ALONE, exclude: MEASURING, ...alone, sequence: { groupOrder: 1 } } },
      {
        test: {
          name: 'measuring',
          include: MEASURING,
          ...alone,
          // On a shared machine other work disturbs a measurement now and then: it is made again. What is wrong fails every time.
          retry: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
