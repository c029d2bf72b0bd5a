import type { RunRecord } from '../../domain/run-record.ts';

type Scenario = RunRecord['scenario'];

/** Amounts of load: several machines together are given their sum. */
const AMOUNTS: readonly string[] = [
  'load.concurrency',
  'load.rate',
  'load.rate.from',
  'load.rate.to',
  'load.clients',
  'plan.handshakes',
  'plan.handshakesPerBlock',
];

/** Settings of a machine and not of a load: the record of each agent has what there is to say of them. */
const OF_MACHINE: readonly string[] = ['workers', 'connection.source', 'authorized'];

/** Files may lie elsewhere on every machine; that there is one is a matter of the load. */
const IS_FILE = /(?:^libssl|\.(?:cacert|cert|key|keylog))$/u;

/** Every setting that has to be the same in scenarios that are merged; of an amount and of a file, that there is one. */
export const commonSettings = (scenario: Scenario): unknown =>
  mapped(scenario, (value, path) => {
    if (path === 'seed' || OF_MACHINE.includes(path)) return undefined;
    const isAmount = typeof value === 'number' && AMOUNTS.includes(path);
    return isAmount || IS_FILE.test(path) ? 'given' : value;
  });

/** The scenario of several machines together. */
export const mergedScenario = (scenarios: readonly Scenario[]): Scenario => {
  const [first = {}, ...others] = scenarios;
  if (others.length === 0) return first;
  const sum = (path: string): number => scenarios.reduce((total, scenario) => total + amountAt(scenario, path), 0);
  const merged = mapped(first, (value, path) => {
    if (OF_MACHINE.includes(path)) return undefined;
    return typeof value === 'number' && AMOUNTS.includes(path) ? sum(path) : value;
  });
  return merged as Scenario;
};

const amountAt = (scenario: Scenario, path: string): number => {
  const value = path.split('.').reduce<unknown>((at, key) => (isMapping(at) ? at[key] : undefined), scenario);
  return typeof value === 'number' ? value : 0;
};

/** Changes every setting that is no mapping itself; what becomes undefined is left out. */
const mapped = (value: unknown, change: (value: unknown, path: string) => unknown, path = ''): unknown => {
  if (!isMapping(value)) return change(value, path);
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, mapped(inner, change, path === '' ? key : `${path}.${key}`)] as const,
  );
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
};

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
