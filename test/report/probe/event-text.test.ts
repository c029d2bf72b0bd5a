import { describe, expect, it } from 'vitest';
import type { ProbeEvent } from '../../../src/domain/probe-event.ts';
import { probeEventLine } from '../../../src/report/probe/event-text.ts';
import { bracketText, spanText } from '../../../src/report/probe/span-text.ts';

const at = { atUnixMs: Date.UTC(2026, 10, 29, 12, 3, 10, 900), address: 0 };

const EVENTS: readonly (readonly [ProbeEvent, string])[] = [
  [{ ...at, kind: 'new-key', name: '6d0fcd90', after: '66826980' }, 'new ticket key 6d0fcd90 after 66826980'],
  [{ ...at, kind: 'new-key', name: '6d0fcd90', after: '' }, 'new ticket key 6d0fcd90'],
  [{ ...at, kind: 'new-key', name: '', after: '66826980' }, 'tickets without the name of a key'],
  [
    { ...at, kind: 'grace-over', name: '66826980', leftMs: 12_000 },
    'tickets of key 66826980 are declined, at most 12 s after it was replaced',
  ],
  [
    { ...at, kind: 'chain-over', ageMs: 305_000, renewals: 30 },
    'a session that was renewed 30 times is declined, at most 5 min 5 s after its full handshake',
  ],
  [{ ...at, kind: 'lost', failure: 'refused:ECONNREFUSED' }, 'no handshake: the connection was refused (ECONNREFUSED)'],
  [{ ...at, kind: 'back' }, 'answers again'],
  [
    { ...at, kind: 'cache-filling', connections: 20_120 },
    'the capacity of its cache is looked for, with at most 20,120 connections',
  ],
];

it.each(EVENTS)('tells an event in a line: %j', (event, text) => {
  expect(probeEventLine(event, { address: '127.0.0.1', port: 8443 })).toBe(`12:03:10 127.0.0.1:8443 ${text}`);
});

describe('a time', () => {
  it.each([
    [0, '0 ms'],
    [850.4, '850 ms'],
    [9520, '9.52 s'],
    [54_900, '54.9 s'],
    [60_000, '1 min'],
    [250_000, '4 min 10 s'],
    [7_500_000, '2 h 5 min'],
    [7 * 86_400_000 + 3_600_000, '7 d 1 h'],
  ])('of %d ms is as people say it: %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });

  it.each([
    [{ lowMs: 9800, highMs: 10_200 }, '9.8 s to 10.2 s'],
    [{ lowMs: 10_001, highMs: 10_002 }, '10 s'],
    [{ lowMs: 1_800_000, highMs: null }, 'at least 30 min'],
    [{ lowMs: 0, highMs: 2000 }, 'at most 2 s'],
  ])('is shown with what is known: %j', (bracket, text) => {
    expect(bracketText(bracket)).toBe(text);
  });
});
