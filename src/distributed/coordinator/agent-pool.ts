import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentFault } from '../../domain/agent-record.ts';
import { ResumarkError } from '../../domain/error.ts';
import { Broker } from '../broker/broker.ts';
import { TaskFlows, type Answer } from '../broker/task-flows.ts';
import type { Hello } from '../protocol/hello.ts';
import { controlChannel, progressChannel } from '../protocol/names.ts';
import { decodeProgress, type AgentCounts, type Stage } from '../protocol/progress.ts';
import type { Task, Wish, Work } from '../protocol/tasks.ts';
import { BEAT_MS, IDLE_LEASE_MS, LEASE_MS, MOST_SILENT_MS } from '../protocol/times.ts';
import { Muster, type Unfit } from './muster.ts';
import type { PoolOptions } from './options.ts';

/** An agent that works for this coordinator. */
export interface Member {
  readonly hello: Hello;
  absence: Pick<AgentFault, 'kind' | 'reason'> | undefined;
  /** Of the task that goes on, or of the last one. */
  stage: Stage;
  /** Of that stage. */
  counts: AgentCounts | undefined;
}

/** The tasks of agents that are lost are buried within this time; a Redis that cannot even do that is given up. */
const MOST_BURIAL_MS = 10_000;

/** Often enough for a line on a terminal. */
const LEAST_TELL_MS = 200;

/** Two ms for each agent: more than 500 messages a second would take the time in which agents are looked after. */
const TELL_MS_OF_AGENT = 2;

/** Claims last for a day, and are made anew long before. */
const CLAIM_EVERY_BEATS = 3600;

/** Agents that work for this process: claims them, notices when one is lost, and lets them go. */
export class AgentPool {
  readonly members: readonly Member[];
  /** Agents that were there but cannot take part. */
  readonly unfit: readonly Unfit[];
  readonly broker: Broker;
  readonly #token: string;
  readonly #flows: TaskFlows;
  readonly #beat: NodeJS.Timeout;
  #wish: Wish = { number: 0, control: 'run' };
  #taskNumber = 0;
  #waitingFor: ReadonlySet<Member> = new Set();
  #task: Promise<ReadonlyMap<Member, Answer>> = Promise.resolve(new Map());
  #onArmed: (() => void) | undefined;
  #isLoading = false;
  #beats = 0;
  /** Since Redis has answered. Counted in beats, as a process that was busy itself says nothing of Redis. */
  #silentBeats = 0;
  #failure: Error | undefined;

  private constructor(
    broker: Broker,
    token: string,
    { hellos, unfit }: { readonly hellos: readonly Hello[]; readonly unfit: readonly Unfit[] },
  ) {
    this.broker = broker;
    this.#token = token;
    this.members = hellos.map((hello) => ({ hello, absence: undefined, stage: 'preparing', counts: undefined }));
    this.unfit = unfit;
    this.#flows = new TaskFlows(broker.address, token);
    this.#beat = setInterval(() => void this.#giveSign(), BEAT_MS);
  }

  /**
   * Waits until so many agents are there, and claims them.
   *
   * @throws ResumarkError USAGE when there are too few in time, naming those that are there and why others cannot be used.
   */
  static async assemble(options: PoolOptions): Promise<AgentPool> {
    const broker = await Broker.connect(options.coordinator);
    const token = randomBytes(8).toString('hex');
    try {
      const muster = new Muster(broker, token, options);
      const pool = new AgentPool(broker, token, await muster.gather());
      await broker.listen(progressChannel(token), (message) => {
        pool.#hear(message);
      });
      return pool;
    } catch (error) {
      await broker.end(token).catch(() => undefined);
      broker.close();
      throw error;
    }
  }

  /** Those that load. */
  get present(): readonly Member[] {
    return this.members.filter(({ absence }) => absence === undefined);
  }

  /**
   * Gives members a task and waits for all of them. One that is lost meanwhile has no answer.
   *
   * @throws ResumarkError WORKER_LOST when Redis is lost, or with it all agents.
   */
  async run(works: ReadonlyMap<Member, Work>): Promise<ReadonlyMap<Member, Answer>> {
    if (this.#failure !== undefined) throw this.#failure;
    const number = ++this.#taskNumber;
    const tellEveryMs = Math.max(LEAST_TELL_MS, works.size * TELL_MS_OF_AGENT);
    const tasks = new Map<string, Task>();
    for (const [member, work] of works) {
      enter(member, 'preparing');
      tasks.set(member.hello.id, { run: this.#token, number, wish: this.#wish, tellEveryMs, work });
    }
    this.#waitingFor = new Set(works.keys());
    this.#setLoading(true);
    try {
      const answers = await this.#flows.run(tasks);
      return new Map(
        [...works.keys()].flatMap((member) => {
          const answer = answers.get(member.hello.id);
          return answer === undefined ? [] : [[member, answer] as const];
        }),
      );
    } finally {
      this.#waitingFor = new Set();
      this.#onArmed = undefined;
      this.#setLoading(false);
    }
  }

  /**
   * Hands out a window and waits until all members are ready for its start. One that fails or is lost is not waited for.
   *
   * @throws ResumarkError WORKER_LOST as {@link run} does.
   */
  async arm(works: ReadonlyMap<Member, Work>): Promise<void> {
    const armed = new Promise<void>((resolve) => (this.#onArmed = resolve));
    this.#task = this.run(works);
    await Promise.race([this.#task, armed]);
  }

  /** Begins the window that was handed out. @param atUs the common start, on Redis' clock. */
  begin(atUs: number): Promise<ReadonlyMap<Member, Answer>> {
    for (const member of this.#waitingFor) enter(member, 'loading');
    this.#tell({ start: { task: this.#taskNumber, atUs } });
    return this.#task;
  }

  /** Reaches agents in the middle of a task; one that does not hear it learns of it with the next sign of life. */
  control(control: Wish['control']): void {
    this.#tell({ control });
  }

  #tell(change: Partial<Wish>): void {
    this.#wish = { ...this.#wish, ...change, number: this.#wish.number + 1 };
    this.broker.publish(controlChannel(this.#token), this.#wish);
  }

  /** A member that cannot take part. */
  exclude(member: Member, reason: string): void {
    member.absence ??= { kind: 'mismatched', reason };
  }

  /** A member that cannot be counted on any more. Its first fault is the one that is kept. */
  lose(member: Member, reason: string): void {
    member.absence ??= { kind: 'lost', reason };
    this.#lookIfArmed();
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.control('cancel');
    await this.#letGo().catch(() => undefined);
    await this.#flows.close();
    this.broker.close();
  }

  async #letGo(): Promise<void> {
    await this.broker.end(this.#token);
    await this.broker.unclaim(
      this.#token,
      this.members.map(({ hello }) => hello.id),
    );
  }

  /** Agents stop by themselves when this process is gone: within seconds while they load. */
  #setLoading(isLoading: boolean): void {
    this.#isLoading = isLoading;
    // At once, and beside the orders: their way is time that all agents wait.
    void this.#giveSign();
  }

  async #giveSign(): Promise<void> {
    this.#silentBeats++;
    try {
      const isHeld = await this.broker.renew(this.#token, this.#isLoading ? LEASE_MS : IDLE_LEASE_MS);
      if (!isHeld) this.#fail('Redis has lost what it knew of this run');
      await this.#lookForMissing();
      if (this.#onArmed !== undefined) await this.#lookForFailed();
      // For those that did not hear it when it was said: what is known already changes nothing.
      if (this.#isLoading) this.broker.publish(controlChannel(this.#token), this.#wish);
      await this.broker.clock.read();
      if (++this.#beats % CLAIM_EVERY_BEATS === 0)
        for (const { hello } of this.present) await this.broker.claim(hello.id, this.#token);
      this.#silentBeats = 0;
    } catch {
      if (this.#silentBeats * BEAT_MS > MOST_SILENT_MS)
        this.#fail(`Redis at ${this.broker.address.shown} has not answered for ${String(MOST_SILENT_MS / 1000)} s`);
    }
  }

  async #lookForMissing(): Promise<void> {
    const missing = await this.broker.missing(this.present.map(({ hello }) => hello.id));
    for (const member of this.present.filter(({ hello }) => missing.includes(hello.id))) {
      this.lose(member, 'gave no sign of life any more');
      this.#flows.bury(member.hello.id);
      void sleep(MOST_BURIAL_MS, undefined, { ref: false }).then(() => {
        if (this.#waitingFor.has(member)) this.#fail('Redis does not carry out what is asked of it');
      });
    }
  }

  /** Members that have failed before they were ready: they are not armed, and the answers are due when all others have loaded. */
  async #lookForFailed(): Promise<void> {
    const failures = await this.#flows.failures();
    for (const member of this.#waitingFor) {
      const reason = failures.get(member.hello.id);
      if (reason !== undefined) this.lose(member, reason);
    }
  }

  #lookIfArmed(): void {
    if ([...this.#waitingFor].every(({ stage, absence }) => stage === 'armed' || absence !== undefined)) this.#onArmed?.();
  }

  #fail(reason: string): void {
    this.#failure ??= new ResumarkError('WORKER_LOST', `${reason}: the agents have stopped by themselves.`);
    this.#flows.abandon(this.#failure);
  }

  #hear(message: unknown): void {
    const { agent, task, stage, progress } = decodeProgress(message);
    const member = this.members.find(({ hello }) => hello.id === agent);
    // What is left of the task before, or of what came before the start, arrives late.
    if (member === undefined || task !== this.#taskNumber || (member.stage === 'loading' && stage !== 'loading')) return;
    member.stage = stage;
    member.counts = progress;
    if (stage === 'armed') this.#lookIfArmed();
  }
}

const enter = (member: Member, stage: Stage): void => {
  member.stage = stage;
  member.counts = undefined;
};
