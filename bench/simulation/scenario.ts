import type { ScenarioInput } from '../../src/index.ts';

/** Worker threads of each agent: those of the small machines that somebody has a thousand of. */
export const WORKERS = 2;

const RATE_OF_AGENT = 1000;

const CONNECTIONS_OF_AGENT = 16;

/** The load of so many agents, of the kind with the most histograms. */
export const scenarioFor = (agents: number, plan: ScenarioInput['plan']): ScenarioInput => ({
  states: { server: { server: { certificate: 'ecdsa-p256', resumption: ['tickets'] } } },
  protocols: ['TLSv1.3'],
  modes: ['ticket'],
  load: { rate: `${String(agents * RATE_OF_AGENT)}/s`, concurrency: agents * CONNECTIONS_OF_AGENT },
  plan,
  tls: { insecure: true },
  engine: 'wire',
  workers: WORKERS,
  seed: 1,
});
