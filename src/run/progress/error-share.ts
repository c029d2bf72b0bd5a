import type { LoadProgress } from '../../load/load-generator.ts';
import { RateSampler } from './recent-rates.ts';

/** Span of the errors that a run is stopped on: a burst, as when a listen queue overflows, is shorter. A target that hangs fails slowly. */
export const JUDGED_MS = 5000;

/** What a machine has attempted in the phase that goes on. */
type MachineProgress = Pick<LoadProgress, 'finished' | 'errors' | 'refusedAgain'>;

interface Attempts {
  readonly attempts: number;
  readonly errors: number;
}

/**
 * The share of attempts that fail, of late and in all. A target that one machine reaches is judged by those that reach it: what fails for
 * all of another's attempts fails on its side.
 */
export class ErrorShare {
  readonly #leastAttempts: number;
  /** One per machine, by its name; this machine has none. */
  readonly #recent = new Map<string, RateSampler>();

  /** @param leastAttempts the errors of fewer attempts than this are no recent share. */
  constructor(leastAttempts: number) {
    this.#leastAttempts = leastAttempts;
  }

  /** Counters begin anew. */
  reset(): void {
    this.#recent.clear();
  }

  /** @returns the greater of both shares, from 0 to 1; 0 where there are fewer attempts than `least`. */
  sample(atMs: number, progress: LoadProgress, least: number): number {
    const machines = (progress.agents ?? [{ name: '', ...progress }]).map(({ name, ...counts }) => {
      const { finished, errors } = judged(counts);
      const { attempts, errors: failed } = this.#samplerOf(name).sample(atMs, { finished, errors, restedNs: [] });
      return { recent: { attempts, errors: failed }, all: { attempts: finished + errors, errors } };
    });
    const reaching = machines.filter(isReaching);
    const counted = reaching.length === 0 ? machines : reaching;
    const recent = shareOf(
      counted.map((machine) => machine.recent),
      least,
    );
    const all = shareOf(
      counted.map((machine) => machine.all),
      least,
    );
    return Math.max(recent, all);
  }

  #samplerOf(name: string): RateSampler {
    const known = this.#recent.get(name) ?? new RateSampler(JUDGED_MS, this.#leastAttempts);
    this.#recent.set(name, known);
    return known;
  }
}

/** How often a target refuses is up to our own waits: it is judged by how long it does. */
const judged = ({ finished, errors, refusedAgain }: MachineProgress): Pick<LoadProgress, 'finished' | 'errors'> => ({
  finished,
  errors: errors - refusedAgain,
});

/** Whether something of a machine was answered of late, or in all where it has tried nothing of late. */
const isReaching = ({ recent, all }: { readonly recent: Attempts; readonly all: Attempts }): boolean => {
  const { attempts, errors } = recent.attempts === 0 ? all : recent;
  return errors < attempts;
};

const shareOf = (all: readonly Attempts[], least: number): number => {
  const attempts = all.reduce((sum, machine) => sum + machine.attempts, 0);
  const errors = all.reduce((sum, machine) => sum + machine.errors, 0);
  return attempts < least ? 0 : errors / attempts;
};
