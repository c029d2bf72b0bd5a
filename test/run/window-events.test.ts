import { beforeEach, afterEach, expect, it, vi } from 'vitest';
import type { EventRecord } from '../../src/domain/event-record.ts';
import type { LoadProgress } from '../../src/load/load-generator.ts';
import type { ServerEvent } from '../../src/run/prepare/server-events.ts';
import { WindowEvents } from '../../src/run/window-events.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const event = (change: Partial<ServerEvent>): ServerEvent => ({
  state: 'edge',
  action: 'rotate',
  at: undefined,
  after: undefined,
  node: undefined,
  carryOut: () => Promise.resolve(),
  ...change,
});

/** A window whose generator has finished a handshake each ms. */
const windowOf = (events: readonly ServerEvent[]): { readonly window: WindowEvents; readonly seen: EventRecord[] } => {
  const seen: EventRecord[] = [];
  const startMs = Date.now();
  const generator = { progress: () => ({ finished: Date.now() - startMs }) as LoadProgress };
  const onEvent = (one: EventRecord): void => void seen.push(one);
  const window = new WindowEvents({ events, round: 1, position: 2, generator, onEvent, now: () => Date.now() * 1e6 });
  window.begin(startMs * 1e6);
  return { window, seen };
};

const CUT_SHORT = { isCutShort: true };
const WHOLE = { isCutShort: false };

it('happen at their time, and say when they began and how long they took', async () => {
  const slow = event({ at: 300, carryOut: () => new Promise((resolve) => void setTimeout(resolve, 50)) });
  const { window, seen } = windowOf([slow, event({ at: 100, action: 'renew', node: 3 })]);
  await vi.advanceTimersByTimeAsync(99);
  expect(seen).toEqual([]);
  await vi.advanceTimersByTimeAsync(300);
  const { records, notices } = await window.end(WHOLE);
  expect(records).toEqual([
    { state: 'edge', action: 'renew', node: 3, round: 1, position: 2, atNs: 100e6, tookNs: 0, failure: null },
    { state: 'edge', action: 'rotate', node: null, round: 1, position: 2, atNs: 300e6, tookNs: 50e6, failure: null },
  ]);
  expect(seen).toEqual(records);
  expect(notices).toEqual([]);
});

it('happen after so many handshakes', async () => {
  const { window } = windowOf([event({ after: 205 })]);
  await vi.advanceTimersByTimeAsync(400);
  const { records } = await window.end(WHOLE);
  expect(records.map(({ atNs }) => atNs)).toEqual([210e6]);
});

it('of one state happen one after the other, of two states side by side', async () => {
  const slow = { carryOut: () => new Promise<void>((resolve) => void setTimeout(resolve, 100)) };
  const { window } = windowOf([
    event({ at: 10, ...slow }),
    event({ at: 20, ...slow }),
    event({ at: 20, state: 'other', ...slow }),
  ]);
  await vi.advanceTimersByTimeAsync(400);
  const { records } = await window.end(WHOLE);
  expect(records.map(({ state, atNs }) => [state, atNs / 1e6])).toEqual([
    ['edge', 10],
    ['other', 20],
    ['edge', 110],
  ]);
});

it('that fail are in the record, with a notice', async () => {
  const { window } = windowOf([event({ at: 10, action: 'reload', carryOut: () => Promise.reject(new Error('no such file.')) })]);
  await vi.advanceTimersByTimeAsync(20);
  const { records, notices } = await window.end(WHOLE);
  expect(records.map(({ failure }) => failure)).toEqual(['no such file.']);
  expect(notices).toEqual([
    { code: 'event-failed', severity: 'error', state: 'edge', action: 'reload', round: 1, reason: 'no such file.' },
  ]);
});

it('whose time does not come are missed, and never happen later', async () => {
  const { window, seen } = windowOf([event({ at: 500 }), event({ after: 500, action: 'stop' })]);
  await vi.advanceTimersByTimeAsync(100);
  const { records, notices } = await window.end(WHOLE);
  expect(records).toEqual([]);
  expect(notices.map(({ code, ...rest }) => [code, 'action' in rest ? rest.action : ''])).toEqual([
    ['event-missed', 'rotate'],
    ['event-missed', 'stop'],
  ]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(seen).toEqual([]);
});

it('of a window that was cut short are not missed', async () => {
  const { window } = windowOf([event({ at: 500 })]);
  expect((await window.end(CUT_SHORT)).notices).toEqual([]);
});

it('that are under way are waited for', async () => {
  let isDone = false;
  const carryOut = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 100)).then(() => void (isDone = true));
  const { window } = windowOf([event({ at: 10, carryOut })]);
  await vi.advanceTimersByTimeAsync(20);
  const ended = window.end(WHOLE);
  await vi.advanceTimersByTimeAsync(100);
  expect((await ended).records).toHaveLength(1);
  expect(isDone).toBe(true);
});

it('that never end are given up', async () => {
  const { window } = windowOf([event({ at: 10, action: 'restart', carryOut: () => new Promise(() => undefined) })]);
  await vi.advanceTimersByTimeAsync(20);
  const ended = window.end(WHOLE);
  await vi.advanceTimersByTimeAsync(60_000);
  expect((await ended).records.map(({ failure }) => failure)).toEqual(['no answer within 60000 ms']);
});
