import { describe, expect, it } from 'vitest';
import type { ResumarkError } from '../../src/domain/error.ts';
import { decodeScenario } from '../../src/scenario/decode.ts';
import { eventsOfState } from '../../src/scenario/event-plan.ts';
import { interleaveOf, roundsOf } from '../../src/scenario/plan.ts';

const STATES = { edge: { command: { program: 'nginx' } }, fleet: { server: { nodes: 3 } }, cdn: { target: '127.0.0.1:443' } };

const decoded = (events: unknown, more: Readonly<Record<string, unknown>> = {}) =>
  decodeScenario({ states: STATES, events, ...more }, {}, 'deploy.yaml').scenario;

const messageOf = (events: unknown, more?: Readonly<Record<string, unknown>>): string => {
  try {
    decoded(events, more);
    return 'it was taken';
  } catch (error) {
    return (error as ResumarkError).message;
  }
};

it('an event is for every state with a server of the run, or for the one that it names', () => {
  const scenario = decoded([
    { at: '1s', do: 'renew' },
    { after: '2k', do: 'stop', state: 'fleet', node: 2 },
  ]);
  expect(eventsOfState(scenario, 'edge')).toEqual([{ at: 1000, do: 'renew' }]);
  expect(eventsOfState(scenario, 'fleet')).toEqual([
    { at: 1000, do: 'renew' },
    { after: 2000, do: 'stop', state: 'fleet', node: 2 },
  ]);
  expect(eventsOfState(scenario, 'cdn')).toEqual([]);
});

it('a run with events is one round unless it says otherwise, and its states do not share windows', () => {
  const scenario = decoded([{ at: '1s', do: 'renew' }]);
  expect(roundsOf(scenario)).toBe(1);
  expect(roundsOf(decoded([{ at: '1s', do: 'renew' }], { plan: { rounds: 3, duration: '6s' } }))).toBe(3);
  expect(interleaveOf(scenario, [], true)).toBe('block');
});

describe('refused before anything is started', () => {
  it.each<[string, unknown, string]>([
    [
      'neither time nor number',
      [{ do: 'renew' }],
      'events.0 must have one of at (a time, such as 10s) and after (a number of handshakes)',
    ],
    ['both', [{ at: '1s', after: 5, do: 'renew' }], 'events.0 must have one of at'],
    [
      'another action',
      [{ at: '1s', do: 'explode' }],
      'events.0.do must be one of rotate, renew, reload, restart, stop, start, but it is "explode"',
    ],
    [
      'a state that there is not',
      [{ at: '1s', do: 'renew', state: 'edg' }],
      'events.0 has state edg, but there are edge, fleet, cdn.',
    ],
    [
      'a server of others',
      [{ at: '1s', do: 'renew', state: 'cdn' }],
      'events.0 has state cdn, which runs already: events are for servers that the run starts',
    ],
    ['a node that there is not', [{ at: '1s', do: 'stop', state: 'fleet', node: 4 }], 'events.0 has node 4, but fleet has 3.'],
    [
      'a time after the window',
      [{ at: '5s', do: 'renew' }],
      'events.0 is at 5000ms, but each window ends after 5000ms (see plan.duration and plan.rounds)',
    ],
    [
      'files of what reads none',
      [{ at: '1s', do: 'rotate', files: { 'a.conf': 'a.conf' } }],
      'events.0 must have files only where the server reads them: reload, restart, start',
    ],
    ['no list', { at: '1s', do: 'renew' }, 'events must be a list of events such as {at: 10s, do: renew}'],
  ])('%s', (_, events, message) => {
    expect(messageOf(events)).toContain(`deploy.yaml: ${message}`);
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a search', { load: { objective: 'p99 < 25ms' } }, 'events cannot be combined with a capacity search'],
    ['shared windows', { plan: { interleave: 'handshake' } }, 'events cannot be combined with plan.interleave: handshake'],
    ['no server of the run', { states: { cdn: STATES.cdn } }, 'events.0 is of no server'],
  ])('beside %s', (_, more, message) => {
    expect(messageOf([{ at: '1s', do: 'renew' }], more)).toContain(message);
  });
});
