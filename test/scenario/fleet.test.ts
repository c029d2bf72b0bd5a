import { expect, it } from 'vitest';
import { decodeScenario, decodeServer } from '../../src/scenario/decode.ts';
import { expectation, expectedShare } from '../../src/scenario/expectation.ts';
import { acceptedShare } from '../../src/scenario/fleet-groups.ts';

const scenarioOf = (server: object, connection: object = {}) =>
  decodeScenario({ states: { fleet: { server } }, connection }, {}, 'test').scenario;

const cellOf = (mode: 'full' | 'session-id' | 'ticket') => ({ state: 'fleet', protocol: 'TLSv1.2', mode }) as const;

it('one server is no fleet unless it is asked for', () => {
  expect(decodeServer({})).toMatchObject({
    nodes: 1,
    balance: 'round-robin',
    ticketKeys: 'own',
    sessionCache: 'own',
  });
});

it('takes a label for each node, and for no other', () => {
  expect(decodeServer({ nodes: '4', ticketKeys: ['a', 'a', 'a', 'b'] }).ticketKeys).toEqual(['a', 'a', 'a', 'b']);
  expect(() => decodeServer({ nodes: '4', ticketKeys: ['a', 'b'] })).toThrow(
    '--ticket-keys must have a label for each of the nodes (4), but it is ["a","b"].',
  );
  expect(() => scenarioOf({ nodes: 3, ticketKeys: 'common' })).toThrow(
    'test: states.fleet.server.ticketKeys must be own, shared, file: and the path of a key, or a list with a label for each node',
  );
});

it('expects the chance that two connections reach nodes which accept each other’s sessions', () => {
  const inTurn = { balance: 'round-robin', sources: [] } as const;
  expect(acceptedShare(['a', 'b', 'c', 'd'], inTurn)).toBe(0.25);
  expect(acceptedShare(['a', 'a', 'a', 'b'], inTurn)).toBe(0.625);
  expect(acceptedShare(['a', 'a', 'b', 'b'], inTurn)).toBe(0.5);
  expect(acceptedShare(['a', 'a', 'a', 'a'], inTurn)).toBe(1);
});

it('expects of a balancer by source what the sources lead to', () => {
  const groups = ['a', 'b', 'c', 'd'];
  expect(acceptedShare(groups, { balance: 'source', sources: [] })).toBe(1);
  expect(acceptedShare(groups, { balance: 'source', sources: ['127.0.0.2', '127.0.0.3'] })).toBe(0.5);
});

it('expects the same of programs, which share no cache', () => {
  const fleetOf = (command: object) => decodeScenario({ states: { fleet: { command } } }, {}, 'test').scenario;
  const both = ['cache', 'tickets'];
  const odd = fleetOf({ program: 'nginx', nodes: 4, ticketKeys: ['a', 'a', 'a', 'b'], resumption: both });
  expect(expectedShare(odd, cellOf('ticket'))).toBe(0.625);
  expect(expectedShare(odd, cellOf('session-id'))).toBe(0.25);
  // A ticket of TLS 1.3 is then the key of a cache.
  const cache = fleetOf({ program: 'nginx', nodes: 4, ticketKeys: 'shared', resumption: 'cache' });
  expect(expectedShare(cache, { ...cellOf('ticket'), protocol: 'TLSv1.3' })).toBe(0.25);
  expect(expectedShare(cache, cellOf('ticket'))).toBe(0);
  const unknown = fleetOf({ program: 'own', args: [], nodes: 4, ticketKeys: 'shared' });
  expect(expectedShare(unknown, cellOf('ticket'))).toBe(1);
  expect(() => fleetOf({ program: 'nginx', nodes: 2, ticketKeys: ['a'] })).toThrow(
    'states.fleet.command.ticketKeys must have a label for each of the nodes (2)',
  );
  expect(() => fleetOf({ program: 'nginx', nodes: 2, sessionCache: 'shared' })).toThrow(
    'states.fleet.command.sessionCache must be own: a program shares its session cache with no other',
  );
});

it('expects of each mode what the nodes share for it', () => {
  const scenario = scenarioOf({ nodes: 4, ticketKeys: 'shared' });
  expect(expectation(scenario, cellOf('full'))).toBe('honoured');
  expect(expectation(scenario, cellOf('ticket'))).toBe('honoured');
  expect(expectation(scenario, cellOf('session-id'))).toBe('partly');
  expect(expectedShare(scenario, cellOf('session-id'))).toBe(0.25);
  expect(expectation(scenarioOf({ nodes: 4, resumption: 'none' }), cellOf('ticket'))).toBe('declined');
});

it('expects tickets that come with an answer only where a request is sent', () => {
  const states = { fleet: { server: { faults: { ticketsAfterData: true } } } };
  const cell = { state: 'fleet', protocol: 'TLSv1.3', mode: 'ticket' } as const;
  const expected = (change: object) => expectation(decodeScenario({ states, ...change }, {}, 'test').scenario, cell);
  expect(expected({})).toBe('declined');
  expect(expected({ request: 'http' })).toBe('honoured');
});
