import type { ClientSettings } from '../../engine/engine.ts';
import { nowNs } from '../../engine/clock.ts';
import { ThreadFleet } from '../../load/thread-fleet.ts';
import type { CommonClock } from '../broker/clock.ts';
import { fromWire, type WireContext } from '../protocol/context.ts';
import { countsOf, type AgentCounts } from '../protocol/progress.ts';
import type { Measured, NumberedControl, Primed, Task, Work } from '../protocol/tasks.ts';
import type { AllowedTargets } from './allowed-targets.ts';

/** What an agent brings along to every run. */
export interface AgentMeans {
  readonly clock: CommonClock;
  readonly allowed: AllowedTargets;
  readonly sources: readonly string[];
  readonly identity: ClientSettings['identity'];
}

type WorkOf<Kind extends Work['kind']> = Extract<Work, { kind: Kind }>;

/** One run as an agent works for it: its worker threads, from the first task to the last. */
export class AgentSession {
  /** Token of the run. */
  readonly run: string;
  readonly #means: AgentMeans;
  #fleet: ThreadFleet | undefined;
  #control: NumberedControl = { number: 0, control: 'run' };
  #leaving: string | undefined;
  /** The last task. */
  #doing: Promise<unknown> = Promise.resolve();

  constructor(run: string, means: AgentMeans) {
    this.run = run;
    this.#means = means;
  }

  /** The load at this moment; `undefined` before anything was opened. */
  get counts(): AgentCounts | undefined {
    return this.#fleet && countsOf(this.#fleet.progress(), this.#fleet.latencyCounts());
  }

  /** @throws Error with the reason why there is no result. */
  async carryOut({ work, control }: Task): Promise<unknown> {
    this.apply(control);
    const doing = this.#do(work);
    this.#doing = doing;
    const result = await doing;
    if (this.#leaving !== undefined) throw new Error(this.#leaving);
    return result;
  }

  /** Follows the coordinator's wish, unless a later one has been heard. */
  apply(wish: NumberedControl): void {
    if (wish.number < this.#control.number || this.#leaving !== undefined) return;
    this.#control = wish;
    this.#fleet?.control(wish.control);
  }

  /** Stops loading at once. @param reason it has no result from then on. */
  leave(reason: string): void {
    this.#leaving ??= reason;
    this.#fleet?.control('cancel');
  }

  /** Frees everything, once the last task is over: workers are not closed in the middle of a window. */
  async close(): Promise<void> {
    await this.#doing.catch(() => undefined);
    await this.#closeFleet();
  }

  async #closeFleet(): Promise<void> {
    const fleet = this.#fleet;
    this.#fleet = undefined;
    await fleet?.close();
  }

  #do(work: Work): Promise<unknown> {
    switch (work.kind) {
      case 'open':
        return this.#open(work);
      case 'prime':
        return this.#prime(work);
      case 'measure':
        return this.#measure(work);
    }
  }

  async #open({ engine, workers, contexts }: WorkOf<'open'>): Promise<null> {
    for (const context of contexts) this.#check(context);
    await this.#closeFleet();
    this.#fleet = await ThreadFleet.start(workers, engine);
    this.#fleet.control(this.#leaving === undefined ? this.#control.control : 'cancel');
    await this.#fleet.open(contexts.map((context) => fromWire(context, this.#means)));
    return null;
  }

  /** An agent looks for itself at what it is made to load. */
  #check({ needsIdentity, settings: { address } }: WireContext): void {
    const { allowed, identity } = this.#means;
    if (!allowed.allows(address)) throw new Error(`may not load ${address}: its --allow permits ${String(allowed)}`);
    if (needsIdentity && identity === undefined)
      throw new Error('has no client certificate: start it with --cert FILE --key FILE');
  }

  async #prime({ requests }: WorkOf<'prime'>): Promise<Primed> {
    const reports = await this.#opened.prime(requests);
    return { reports, progress: this.#countsNow };
  }

  async #measure({ requests, startUs }: WorkOf<'measure'>): Promise<Measured> {
    const startNs = this.#means.clock.toLocalNs(startUs);
    const arrivedNs = nowNs();
    // A start that is over is made up for at once: who knows how late it was can judge what that spoilt.
    const inNs = Math.max(this.#opened.startMarginNs, startNs - arrivedNs);
    const { hosts } = await this.#opened.measure(requests, inNs);
    const [host] = hosts;
    if (host === undefined) throw new TypeError('a fleet of threads has no report of its machine');
    const { workers, before, after, limits } = host;
    const lateNs = arrivedNs + inNs - startNs;
    return {
      workers: [...workers],
      before: { ...before, quotas: [...before.quotas] },
      after: { ...after, quotas: [...after.quotas] },
      limits,
      startSkewNs: lateNs + Math.max(0, ...workers.map(({ beganNs }) => beganNs)),
      slackNs: startNs - arrivedNs,
      progress: this.#countsNow,
    };
  }

  get #opened(): ThreadFleet {
    if (this.#fleet === undefined) throw new Error('had nothing opened');
    return this.#fleet;
  }

  get #countsNow(): AgentCounts {
    const fleet = this.#opened;
    return countsOf(fleet.progress(), fleet.latencyCounts());
  }
}
