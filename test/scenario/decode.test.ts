import { expect, it } from 'vitest';
import { ResumarkError } from '../../src/domain/error.ts';
import { decodeScenario, decodeServer, type RawSettings } from '../../src/scenario/decode.ts';
import { DEFAULT_KNOBS } from '../../src/scenario/server-knobs.ts';
import { serverSettings } from '../../src/scenario/settings.ts';

const target = { states: { target: { target: 'localhost:1' } } };

const complaint = (file: unknown, flags: RawSettings = {}): ResumarkError => {
  try {
    decodeScenario(file, flags, 'file.yaml');
  } catch (error) {
    if (error instanceof ResumarkError) return error;
    throw error;
  }
  throw new Error('nothing was wrong with it');
};

it('fills in every default', () => {
  const { scenario } = decodeScenario(target, {}, 'file.yaml');
  expect(scenario).toMatchObject({
    name: 'run',
    protocols: ['TLSv1.2', 'TLSv1.3'],
    modes: ['full', 'session-id', 'ticket'],
    load: { model: 'closed', concurrency: 16 },
    plan: { warmup: 1 },
    tls: { insecure: false },
    connection: { timeout: 10_000, ticketTimeout: 1000, close: 'auto' },
    engine: 'auto',
    authorized: false,
  });
});

it('lets a flag win over the file, and says where each setting came from', () => {
  const file = { ...target, load: { concurrency: 4 }, plan: { warmup: 2 } };
  const { scenario, sources } = decodeScenario(file, { load: { concurrency: '8' } }, 'file.yaml');
  expect(scenario.load.concurrency).toBe(8);
  expect(sources).toEqual({
    'states.target.target': 'file',
    'load.concurrency': 'flag',
    'plan.warmup': 'file',
  });
});

it('lets a flag for one bound take the place of the bound in the file', () => {
  const { scenario } = decodeScenario(
    { ...target, plan: { duration: '5s', pairs: 3 } },
    { plan: { handshakes: '10k', rounds: '2' } },
    'f',
  );
  expect(scenario.plan).toEqual({ handshakes: 10_000, rounds: 2, warmup: 1, stopAtErrors: 0.5 });
});

it('takes 1.2 for TLSv1.2, as text and as the number that YAML makes of it', () => {
  expect(decodeScenario({ ...target, protocols: [1.2, '1.3'] }, {}, 'f').scenario.protocols).toEqual(['TLSv1.2', 'TLSv1.3']);
});

it.each<[string, unknown, string]>([
  [
    'a wrong value',
    { ...target, load: { concurrency: 'fast' } },
    'file.yaml: load.concurrency must be a whole number of at least 1 (10k means 10000), but it is "fast".',
  ],
  [
    'a value below its least',
    { ...target, load: { concurrency: 0 } },
    'file.yaml: load.concurrency must be a whole number of at least 1 (10k means 10000), but it is 0.',
  ],
  [
    'a duration without a unit',
    { ...target, plan: { duration: 5 } },
    'file.yaml: plan.duration must be a duration with a unit, such as "30s" or "250ms", but it is 5.',
  ],
  [
    'a wrong choice',
    { ...target, modes: ['full', 'tickets'] },
    'file.yaml: modes.1 must be one of full, session-id, ticket, early-data, but it is "tickets".',
  ],
  [
    'a mode that is named twice',
    { ...target, modes: ['full', 'full'] },
    'file.yaml: modes must not contain duplicates, but it is ["full","full"].',
  ],
  [
    'a number that is none',
    { ...target, load: { concurrency: Number.NaN } },
    'file.yaml: load.concurrency must be a whole number of at least 1 (10k means 10000), but it is NaN.',
  ],
  [
    'an empty list',
    { ...target, modes: [] },
    'file.yaml: modes must name at least one of full, session-id, ticket, early-data, but it is [].',
  ],
  [
    'a key type that does not exist',
    { states: { a: { server: { certificate: 'dsa' } } } },
    'file.yaml: states.a.server.certificate must be one of rsa-2048, rsa-3072, rsa-4096, ecdsa-p256, ecdsa-p384, ed25519, but it is "dsa".',
  ],
  [
    'a resumption that does not exist',
    { states: { a: { server: { resumption: 'both' } } } },
    'file.yaml: states.a.server.resumption must be none, cache, tickets or a list of them, but it is "both".',
  ],
  [
    'an alert that no RFC knows',
    { states: { a: { server: { faults: { alert: { at: 'finished', description: 'bad_luck' } } } } } },
    'file.yaml: states.a.server.faults.alert.description must be the name of a fatal alert in RFC 8446, such as handshake_failure or internal_error, but it is "bad_luck".',
  ],
  [
    'an alert in the middle of a flight',
    { states: { a: { server: { faults: { alert: { at: 'flight', description: 'internal_error' } } } } } },
    'file.yaml: states.a.server.faults.alert.at must be one of server-hello, finished, but it is "flight".',
  ],
  [
    'tickets that are held back where there are none',
    { states: { a: { server: { tickets: 0, faults: { ticketsAfterData: true } } } } },
    'file.yaml: states.a.server.faults must not have ticketsAfterData where resumption is none or tickets is 0: there is no ticket to hold back, but it is {"ticketsAfterData":true}.',
  ],
  ['no states', {}, 'file.yaml: states must map labels such as before and after to states, but it is missing.'],
  ['states without one', { states: {} }, 'file.yaml: states must have at least one state, but it is {}.'],
  [
    'a state that is two things',
    { states: { a: { target: 'x:1', server: {} } } },
    'file.yaml: states.a must have one of target (a running server), server and command (one to start), but it is {"target":"x:1","server":{}}.',
  ],
  [
    'a state that is nothing',
    { states: { a: {} } },
    'file.yaml: states.a must have one of target (a running server), server and command (one to start), but it is {}.',
  ],
  [
    'a label that is none',
    { states: { 'a b': { target: 'x' } } },
    'file.yaml: states.a b is not a label: it must begin with a letter, followed by letters, digits, - and _, but it is {"target":"x"}.',
  ],
  [
    'an objective that is none',
    { ...target, load: { objective: 'fast' } },
    'file.yaml: load.objective must be a quantile (p50, p90, p95, p99, p999, max) and a limit, such as "p99 < 25ms", but it is "fast".',
  ],
  [
    'rounds of a search',
    { ...target, load: { objective: 'p99 < 25ms' }, plan: { rounds: 3 } },
    'file.yaml: plan.rounds cannot be combined with a capacity search, which makes as many trials as it needs.',
  ],
  [
    'a request that is none',
    { ...target, request: 'x' },
    'file.yaml: request must be byte, http, or a path such as /health, but it is "x".',
  ],
  [
    'two bounds',
    { ...target, plan: { duration: '5s', handshakes: 5 } },
    'file.yaml: plan must have only one of duration, handshakes and handshakesPerBlock, but it is {"duration":"5s","handshakes":5}.',
  ],
  ['a group that is no mapping', { ...target, load: 16 }, 'file.yaml: load must be a mapping of settings, but it is 16.'],
  ['a list for the whole', [], 'file.yaml must be a mapping of settings, but it is [].'],
])('says of %s where it is, what it is and what would be right', (_what, file, message) => {
  const error = complaint(file);
  expect(error.message).toBe(message);
  expect(error.exitCode).toBe(2);
});

const ONE_SERVER = { nodes: 1, balance: 'round-robin', ticketKeys: 'own', sessionCache: 'own' };

it('decodes a state into what it is', () => {
  const file = { states: { edge: { target: 'x:1', resumption: 'none' }, own: { server: { delay: '5ms' } } } };
  expect(decodeScenario(file, {}, 'file.yaml').scenario.states).toEqual({
    edge: { kind: 'target', target: 'x:1', resumption: [] },
    own: {
      kind: 'server',
      server: { ...DEFAULT_KNOBS, certificate: 'ecdsa-p256', resumption: ['cache', 'tickets'], delay: 5, work: 0, ...ONE_SERVER },
    },
  });
});

it('bears a value that holds itself', () => {
  const states: Record<string, unknown> = {};
  states['a'] = states;
  expect(complaint({ states }).exitCode).toBe(2);
});

it('names every flaw, a line each', () => {
  const lines = complaint({ ...target, load: { concurrency: 'x' }, engine: 'fast' }).message.split('\n');
  expect(lines).toHaveLength(2);
});

it('names the flag of what a load needs and does not have', () => {
  expect(complaint({ ...target, load: { model: 'storm', over: '10s' } }).message).toBe(
    'file.yaml: load.clients (--clients) must be given for a storm, such as "50k", but it is missing.',
  );
  expect(complaint({ ...target, load: { model: 'closed', rate: '500/s' } }).message).toBe(
    'file.yaml: load.rate belongs to open load, not to closed load (leave one of them out), but it is "500/s".',
  );
});

it('lists the known keys beside an unknown one, and the nearest', () => {
  expect(complaint({ ...target, plan: { round: 3 } }).message).toBe(
    'file.yaml: unknown key "round" in plan. Did you mean "rounds"? Known keys: rounds, interleave, pairs, looks, duration, handshakes, handshakesPerBlock, stopAtErrors, timeline, warmup.',
  );
  expect(complaint({ ...target, zzz: 3 }).message).toMatch(/^file\.yaml: unknown key "zzz"\. Known keys: \$schema, name, /u);
});

it('names the flag where the flag is wrong', () => {
  const error = complaint(target, { load: { concurrency: 'abc' } });
  expect(error.message).toBe('--concurrency must be a whole number of at least 1 (10k means 10000), but it is "abc".');
  expect(error.code).toBe('USAGE');
});

it("takes the quantiles of an objective in k6's spelling", () => {
  const { load } = decodeScenario({ states: { a: { target: 'a:1' } }, load: { objective: 'p(99.9)<25ms' } }, {}, 'file').scenario;
  expect(load.objective).toEqual({ name: 'p999', quantile: 0.999, limitNs: 25e6 });
});

it.each([
  [{ tickets: '9' }, '--tickets must be at most 8, but it is "9".'],
  [
    { ticketRotation: { every: 'soon' } },
    '--ticket-rotation-every must be a duration with a unit, such as "30s" or "250ms", and at most 24 days, but it is "soon".',
  ],
  [{ singleUse: true, resumption: 'cache' }, '--single-use must be false unless resumption has tickets, but it is true.'],
  [
    { earlyData: true, resumption: 'tickets' },
    '--early-data must be false unless resumption is [cache, tickets]: anti-replay looks tickets up in the cache, but it is true.',
  ],
])('names the flag of a server that is wrong: %o', (flags, message) => {
  expect(() => decodeServer(flags)).toThrow(message);
});

it('has a flag for every setting of a server', () => {
  const flags = serverSettings().map(({ meta }) => meta.flag);
  expect(flags).toEqual(expect.arrayContaining(['certificate', 'ticket-lifetime', 'ticket-rotation-keep', 'names']));
  expect(new Set(flags).size).toBe(flags.length);
});
