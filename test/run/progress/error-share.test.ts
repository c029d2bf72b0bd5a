import { describe, expect, it } from 'vitest';
import type { AgentProgress, LoadProgress } from '../../../src/load/load-generator.ts';
import { ErrorShare } from '../../../src/run/progress/error-share.ts';

const NOTHING = { finished: 0, errors: 0, refusedAgain: 0 };

const progressOf = (counts: Partial<typeof NOTHING>, agents?: readonly AgentProgress[]): LoadProgress => ({
  ...{ honoured: 0, refusedNs: 0, inFlight: 0, begun: 0, restedNs: [], p50Ns: undefined, p99Ns: undefined },
  ...NOTHING,
  ...counts,
  ...(agents !== undefined && { agents }),
});

/** The progress of two agents, `a` and `b`. */
const progressOfTwo = (a: Partial<typeof NOTHING>, b: Partial<typeof NOTHING>): LoadProgress => {
  const agents = [a, b].map((counts, index) => ({ name: 'ab'.charAt(index), workers: 1, ...NOTHING, ...counts }));
  const sum = (key: keyof typeof NOTHING): number => agents.reduce((total, agent) => total + agent[key], 0);
  return progressOf({ finished: sum('finished'), errors: sum('errors'), refusedAgain: sum('refusedAgain') }, agents);
};

describe('the share of attempts that fail', () => {
  it('is that of all attempts, or of the last seconds where it is greater there', () => {
    const share = new ErrorShare(20);
    expect(share.sample(0, progressOf({ finished: 1000, errors: 10 }), 20)).toBeCloseTo(10 / 1010, 9);
    expect(share.sample(5000, progressOf({ finished: 1010, errors: 40 }), 20)).toBeCloseTo(30 / 40, 9);
  });

  it('is none of a few attempts', () => {
    expect(new ErrorShare(20).sample(0, progressOf({ finished: 1, errors: 18 }), 20)).toBe(0);
  });

  it('does not count what was refused again after a wait', () => {
    expect(new ErrorShare(20).sample(0, progressOf({ finished: 90, errors: 30, refusedAgain: 20 }), 20)).toBeCloseTo(0.1, 9);
  });

  it('is that of the agents that reach the target, from the beginning or of late', () => {
    const share = new ErrorShare(20);
    expect(share.sample(0, progressOfTwo({ finished: 100 }, { errors: 900 }), 20)).toBe(0);
    const cut = new ErrorShare(20);
    cut.sample(0, progressOfTwo({ finished: 1000 }, { finished: 1000 }), 20);
    expect(cut.sample(5000, progressOfTwo({ finished: 1100 }, { finished: 1000, errors: 900 }), 20)).toBe(0);
    // Where its connections are answered again, they count again.
    expect(cut.sample(6000, progressOfTwo({ finished: 1110 }, { finished: 1010, errors: 900 }), 20)).toBeCloseTo(900 / 1020, 9);
  });

  it('is that of all agents where none reaches the target, or all do', () => {
    expect(new ErrorShare(20).sample(0, progressOfTwo({ errors: 30 }, { errors: 900 }), 20)).toBe(1);
    expect(new ErrorShare(20).sample(0, progressOfTwo({ finished: 1, errors: 29 }, { finished: 50, errors: 20 }), 20)).toBe(0.49);
  });
});
