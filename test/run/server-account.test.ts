import { describe, expect, it } from 'vitest';
import { accountVerdict, unsettledOf } from '../../src/analysis/server-account.ts';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import { noticesOf } from '../../src/analysis/notices/notices.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import type { AccountRecord } from '../../src/domain/state-record.ts';
import { HandshakeAccount } from '../../src/run/handshake-account.ts';
import type { OpenState } from '../../src/run/prepare/open-states.ts';
import { readAccount } from '../../src/run/server-account.ts';
import type { ServerCounts } from '../../src/target/server-counts.ts';
import { accountLines } from '../../src/report/text/accounts.ts';
import { fakeEvent, fakeRun, fakeState } from '../report/fake-run.ts';
import { openOnPaper } from './prepared-on.ts';

const state = (change: Partial<OpenState>): OpenState => ({ ...openOnPaper('on'), ...change });

/** Our side of the fake run's five blocks: 160 full handshakes each, and 16 of priming. */
const ourSide = (states: readonly OpenState[]): HandshakeAccount => {
  const account = new HandshakeAccount(states);
  for (const block of fakeRun([{ state: 'on' }]).blocks) account.add('on', block);
  return account;
};

const answering = (...answers: readonly ServerCounts[]): OpenState['counts'] => {
  const left = [...answers];
  return () => Promise.resolve((left.length > 1 ? left.shift() : left[0]) ?? { handshakes: 0, resumed: 0 });
};

describe("a server's own account", () => {
  it('is not waited for where the server gives no answer, as one that was stopped', async () => {
    const open = state({ counts: () => new Promise(() => undefined) });
    expect(await readAccount(open, ourSide([open]))).toEqual({
      state: 'absent',
      reason: 'it cannot be read: no answer within 2000 ms',
    });
  });

  it('is waited for until it comes to ours: a log is written a moment later', async () => {
    const counts = answering({ handshakes: 870, resumed: 0 }, { handshakes: 879, resumed: 0 }, { handshakes: 880, resumed: 0 });
    const open = state({ counts });
    expect(await readAccount(open, ourSide([open]))).toEqual({
      state: 'read',
      server: { full: 880, resumed: 0 },
      ours: { full: 880, resumed: 0 },
      failed: 0,
    });
  });

  it('is taken as it is when it no longer changes', async () => {
    const open = state({ counts: answering({ handshakes: 881, resumed: 1 }) });
    expect(await readAccount(open, ourSide([open]))).toMatchObject({ server: { full: 880, resumed: 1 }, ours: { full: 880 } });
  });

  it('is absent where it cannot be read, where there is none, and for a server that is none of ours', async () => {
    const dead = state({ counts: () => Promise.reject(new Error('connect ECONNREFUSED')) });
    const reason = 'it cannot be read: connect ECONNREFUSED';
    expect(await readAccount(dead, ourSide([dead]))).toEqual({ state: 'absent', reason });
    const silent = state({ silence: 'nothing is known of its log' });
    expect(await readAccount(silent, ourSide([silent]))).toEqual({ state: 'absent', reason: 'nothing is known of its log' });
    expect(await readAccount(state({}), ourSide([]))).toBeUndefined();
  });
});

const read = (full: number, resumed: number, failed: number): Extract<AccountRecord, { state: 'read' }> => ({
  state: 'read',
  server: { full, resumed },
  ours: { full: 100, resumed: 50 },
  failed,
});

describe('held against ours', () => {
  const restarted: Partial<RunRecord> = { events: [fakeEvent({ state: 'on', action: 'restart' })] };
  const rotated: Partial<RunRecord> = { events: [fakeEvent({ state: 'on', action: 'rotate' })] };

  it.each<[string, AccountRecord & { state: 'read' }, Partial<RunRecord>, string]>([
    ['the same', read(100, 50, 7), {}, 'agrees'],
    ['more, by no more than what failed', read(103, 50, 3), {}, 'explained'],
    ['more than what failed', read(104, 50, 3), {}, 'differs'],
    ['fewer', read(99, 50, 0), {}, 'differs'],
    ['the same sum, of other kinds', read(99, 51, 0), {}, 'differs'],
    ['another, of a run that was cut off', read(104, 58, 0), { status: 'interrupted' }, 'explained'],
    ['fewer, by no more than were in flight when an event ended it', read(90, 50, 0), restarted, 'explained'],
    ['fewer than that', read(20, 50, 0), restarted, 'differs'],
    ['fewer, of a server that went on in an event', read(99, 50, 0), rotated, 'differs'],
  ])('%s', (_, account, change, verdict) => {
    const run = fakeRun([{ state: 'on' }], {
      ...change,
      states: [fakeState({ label: 'on', kind: 'command', target: 'nginx 1.22.1', account })],
    });
    expect(accountVerdict(account, unsettledOf(run, 'on'))).toBe(verdict);
    const codes = noticesOf(summarizeRun(run)).map(({ code }) => code);
    expect(codes.includes('account-differs')).toBe(verdict === 'differs');
    expect(accountLines(run).join('\n').endsWith('agrees')).toBe(verdict === 'agrees');
  });

  it.each([
    [read(103, 50, 3), 'complete', 'this run counted 100 full and 50 resumed, and 3 connections that failed'],
    [read(104, 50, 0), 'complete', 'differs, this run counted 100 full and 50 resumed'],
    [read(104, 50, 0), 'interrupted', 'this run counted 100 full and 50 resumed, and was cut off with others in flight'],
  ] as const)('is told in words: %j, %s', (account, status, end) => {
    const states = [fakeState({ label: 'on', kind: 'command', target: 'nginx 1.22.1', account })];
    const [line] = accountLines(fakeRun([{ state: 'on' }], { status, states }));
    expect(line).toBe(`on: nginx 1.22.1 counted ${String(account.server.full)} full and 50 resumed handshakes: ${end}`);
  });
});
