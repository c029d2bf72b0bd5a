import { expect, it } from 'vitest';
import { ResumarkError } from '../../src/domain/error.ts';
import { decodeScenario, type RawSettings } from '../../src/scenario/decode.ts';
import { timelineOf } from '../../src/scenario/timeline.ts';

const decoded = (settings: RawSettings, flags: RawSettings = {}) =>
  decodeScenario({ states: { edge: { target: 'localhost:1' } }, ...settings }, flags, 'file.yaml').scenario;

const complaint = (settings: RawSettings, flags: RawSettings = {}): string => {
  try {
    decoded(settings, flags);
  } catch (error) {
    if (error instanceof ResumarkError) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong with it');
};

it('counts nothing over time unless that is asked for', () => {
  expect(timelineOf(decoded({}))).toBeUndefined();
  expect(timelineOf(decoded({ plan: { timeline: '500ms' } }))).toBe(500);
});

it('refuses intervals of which a window would have more than 10,000', () => {
  const plan = { rounds: 2, duration: '1200s', timeline: '50ms' };
  expect(complaint({ plan })).toBe('file.yaml: plan.timeline must be at least 60ms for windows of this length, but it is 50ms.');
  expect(complaint({ plan: { rounds: 2, duration: '1200s' } }, { plan: { timeline: '50ms' } })).toMatch(/^--timeline must be/u);
  expect(timelineOf(decoded({ plan: { ...plan, timeline: '60ms' } }))).toBe(60);
  // The length of this window is for the server to say.
  expect(timelineOf(decoded({ plan: { handshakes: '1M', timeline: '10ms' } }))).toBe(10);
});

it('refuses intervals that are shorter than the kernel counts CPU time', () => {
  expect(complaint({ plan: { timeline: '1ms' } })).toContain('plan.timeline must be a duration of at least 10ms');
});

it('takes the number of clients in open and closed load, and not where it means nothing', () => {
  expect(decoded({ load: { rate: '500/s', clients: '2k' } }).load.clients).toBe(2000);
  expect(decoded({ load: { clients: 16 } }).load.clients).toBe(16);
  expect(complaint({ load: { model: 'sequential', clients: 4 } })).toContain('load.clients belongs to open and closed load');
  expect(complaint({ load: { objective: 'p99 < 5ms', clients: 4 } })).toContain('not to capacity load');
  expect(complaint({ load: { clients: 15 } })).toContain('load.clients must be at least the concurrency');
});
