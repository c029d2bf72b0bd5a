import type { ClientSettings } from '../../engine/engine.ts';
import { nowNs } from '../../engine/clock.ts';
import { ThreadFleet } from '../../load/thread-fleet.ts';
import type { CommonClock } from '../broker/clock.ts';
import { fromWire, type WireContext } from '../protocol/context.ts';
import { countsOf, type AgentCounts, type Stage } from '../protocol/progress.ts';
import { measuredOf, type Measured, type Task, type Wish, type Work } from '../protocol/tasks.ts';
import type { AllowedTargets } from './allowed-targets.ts';

/** What an agent brings along to every run. */
export interface AgentMeans {
  readonly clock: CommonClock;
  readonly allowed: AllowedTargets;
  readonly sources: readonly string[];
  readonly identity: ClientSettings['identity'];
}

type WorkOf<Kind extends Work['kind']> = Extract<Work, { kind: Kind }>;

/** A window that is ready. */
interface Start {
  readonly task: number;
  /** @param atUs the common start, on Redis' clock. */
  readonly begin: (atUs: number) => void;
  readonly giveUp: (reason: Error) => void;
}

/** One run as an agent works for it: its worker threads, from the first task to the last. */
export class AgentSession {
  /** Token of the run. */
  readonly run: string;
  readonly #means: AgentMeans;
  #fleet: ThreadFleet | undefined;
  #wish: Wish = { number: 0, control: 'run' };
  #stage: Stage = 'preparing';
  #awaiting: Start | undefined;
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

  get stage(): Stage {
    return this.#stage;
  }

  /**
   * @param onArmed is called when nothing is missing but the start of a window.
   * @throws Error with the reason why there is no result.
   */
  async carryOut(task: Task, onArmed: () => void): Promise<unknown> {
    this.#stage = 'preparing';
    this.apply(task.wish);
    const doing = task.work.kind === 'open' ? this.#open(task.work) : this.#window(task.work, task.number, onArmed);
    this.#doing = doing;
    const result = await doing;
    if (this.#leaving !== undefined) throw new Error(this.#leaving);
    return result;
  }

  /** Follows the coordinator's wish, unless a later one has been heard. */
  apply(wish: Wish): void {
    if (wish.number < this.#wish.number || this.#leaving !== undefined) return;
    this.#wish = wish;
    this.#fleet?.control(wish.control);
    const { start } = wish;
    if (start !== undefined && start.task === this.#awaiting?.task) this.#awaiting.begin(start.atUs);
  }

  /** Stops loading at once. @param reason it has no result from then on. */
  leave(reason: string): void {
    this.#leaving ??= reason;
    this.#fleet?.control('cancel');
    this.#awaiting?.giveUp(new Error(this.#leaving));
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

  async #open({ engine, workers, contexts }: WorkOf<'open'>): Promise<null> {
    for (const context of contexts) this.#check(context);
    await this.#closeFleet();
    this.#fleet = await ThreadFleet.start(workers, engine);
    this.#fleet.control(this.#leaving === undefined ? this.#wish.control : 'cancel');
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

  async #window({ parts }: WorkOf<'window'>, task: number, onArmed: () => void): Promise<Measured> {
    await this.#opened.arm(parts);
    const heard = this.#untilStart(task);
    this.#stage = 'armed';
    onArmed();
    const startNs = this.#means.clock.toLocalNs(await heard);
    this.#stage = 'loading';
    const heardNs = nowNs();
    // A start that is over is made up for at once: who knows how late it was can judge what that spoilt.
    const inNs = Math.max(this.#opened.startMarginNs, startNs - heardNs);
    const { hosts } = await this.#opened.measure(inNs);
    const [host] = hosts;
    if (host === undefined) throw new TypeError('a fleet of threads has no report of its machine');
    const lateNs = heardNs + inNs - startNs;
    return measuredOf(host, {
      startSkewNs: lateNs + Math.max(0, ...host.workers.map(({ beganNs }) => beganNs)),
      slackNs: startNs - heardNs,
      progress: countsOf(this.#opened.progress(), this.#opened.latencyCounts()),
    });
  }

  /** @returns the common start. @throws Error when the run is left before. */
  async #untilStart(task: number): Promise<number> {
    try {
      return await new Promise((begin, giveUp) => {
        this.#awaiting = { task, begin, giveUp };
        // It may have been heard of already.
        if (this.#leaving === undefined) this.apply(this.#wish);
        else giveUp(new Error(this.#leaving));
      });
    } finally {
      this.#awaiting = undefined;
    }
  }

  get #opened(): ThreadFleet {
    if (this.#fleet === undefined) throw new Error('had nothing opened');
    return this.#fleet;
  }
}
