import { expect, it } from 'vitest';
import { machineLimitFlaw } from '../../src/scenario/machine-limits.ts';
import { decodeScenario } from '../../src/scenario/decode.ts';

const scenario = (concurrency: number, source?: readonly string[]) =>
  decodeScenario({ states: { a: { target: 'x:1' } }, load: { concurrency }, ...(source && { connection: { source } }) }, {}, 'f')
    .scenario;

it('carries what the limits allow, and everything where they are not known', () => {
  expect(machineLimitFlaw(scenario(10_000), { files: 20_000, ports: 28_232 })).toBeUndefined();
  expect(machineLimitFlaw(scenario(1_000_000), { files: undefined, ports: undefined })).toBeUndefined();
});

it('names the descriptors that are needed and those that there are', () => {
  expect(machineLimitFlaw(scenario(1000), { files: 1024, ports: undefined })?.message).toBe(
    '--concurrency 1000 needs about 2200 file descriptors, but the limit is 1024.',
  );
});

it('counts the ports of every source address', () => {
  expect(machineLimitFlaw(scenario(40_000), { files: undefined, ports: 28_000 })?.message).toMatch(
    /41000 local ports, but there are 28000/u,
  );
  expect(machineLimitFlaw(scenario(40_000, ['127.0.0.2', '127.0.0.3']), { files: undefined, ports: 28_000 })).toBeUndefined();
});
