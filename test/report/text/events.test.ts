import { expect, it } from 'vitest';
import type { EventRecord } from '../../../src/domain/event-record.ts';
import { eventLines, eventName } from '../../../src/report/text/events.ts';
import { fakeRun } from '../fake-run.ts';
import { fakeEvent, timelineRun, times, type FakeInterval } from '../fake-timeline.ts';

const linesOf = (intervals: readonly FakeInterval[], ...events: readonly EventRecord[]): string[] =>
  eventLines(timelineRun([{ mode: 'ticket', protocol: 'TLSv1.3', intervals }], events));

const STEADY = times(5, { honoured: 1000, cores: 0.2 });

it('names an event by its action, and its node', () => {
  expect(eventName(fakeEvent('renew', 1))).toBe('renew');
  expect(eventName(fakeEvent('stop', 1, { node: 3 }))).toBe('stop node 3');
  expect(eventName(fakeEvent('start', 1, { failure: 'it is gone' }))).toBe('start failed');
});

it('says how far resumption fell, when it was back, and what that cost', () => {
  expect(linesOf([...STEADY, { declined: 1000, cores: 0.8 }, ...STEADY], fakeEvent('rotate', 5))).toEqual([
    'rotate at 5.0 s: server TLS 1.3 ticket honoured 100% -> 0%, back after 1.0 s; 1,000 full handshakes more; server CPU 20% of a core -> 80% meanwhile, 600 ms more in all',
  ]);
});

it('never rounds a share to all or none', () => {
  const nearly = { honoured: 999, declined: 1 };
  expect(linesOf([...times(5, nearly), { honoured: 1, declined: 999, cores: null }], fakeEvent('rotate', 5))).toEqual([
    'rotate at 5.0 s: server TLS 1.3 ticket honoured 99.9% -> 0.1%, not back within 1.0 s; 998 full handshakes more',
  ]);
});

it('says where nothing fell, or nothing can be said', () => {
  expect(linesOf([...STEADY, ...STEADY], fakeEvent('reload', 5))).toEqual([
    'reload at 5.0 s: server TLS 1.3 ticket honoured 100%, did not fall',
  ]);
  expect(linesOf([...STEADY, {}], fakeEvent('stop', 5))).toEqual([
    'stop at 5.0 s: server TLS 1.3 ticket had too few handshakes to tell',
  ]);
});

it('has a line for an event that failed, and for one that no timeline shows', () => {
  const failed = fakeEvent('start', 5, { node: 1, failure: 'it ended with code 1' });
  expect(linesOf([...STEADY, ...STEADY], failed)).toEqual(['start node 1 at 5.0 s: failed on server: it ended with code 1']);
  expect(eventLines(fakeRun([{}], { events: [fakeEvent('renew', 2)] }))).toEqual(['renew at 2.0 s: done on server in 3.00 ms']);
});

it('names the round where there are several', () => {
  const events = [fakeEvent('renew', 2), fakeEvent('renew', 2, { round: 1 })];
  expect(eventLines(fakeRun([{}], { events }))).toEqual([
    'renew at 2.0 s of round 1: done on server in 3.00 ms',
    'renew at 2.0 s of round 2: done on server in 3.00 ms',
  ]);
});
