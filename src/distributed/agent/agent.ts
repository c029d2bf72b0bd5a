import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnvironment } from '../../cpu/environment.ts';
import { readMachineLimits } from '../../cpu/machine.ts';
import type { ClientSettings } from '../../engine/engine.ts';
import type { BrokerAddress } from '../broker/address.ts';
import { Broker } from '../broker/broker.ts';
import { TaskQueue } from '../broker/task-queue.ts';
import { hostId } from '../host-id.ts';
import { AGENT_PROTOCOL, type Hello } from '../protocol/hello.ts';
import { controlChannel, progressChannel } from '../protocol/names.ts';
import type { ProgressMessage } from '../protocol/progress.ts';
import { decodeTask, wishSchema, type Task } from '../protocol/tasks.ts';
import { BEAT_MS, MOST_UNSEEN_MS } from '../protocol/times.ts';
import type { AllowedTargets } from './allowed-targets.ts';
import { AgentSession } from './session.ts';

export interface AgentOptions {
  readonly coordinator: BrokerAddress;
  /** Shown in results; random when not given, so that no host name gets there unasked. */
  readonly name?: string | undefined;
  readonly version: string;
  /** Worker threads; one per core that it may use when not given. */
  readonly workers?: number | undefined;
  readonly sources: readonly string[];
  readonly allowed: AllowedTargets;
  readonly identity: ClientSettings['identity'];
  readonly signal: AbortSignal;
  readonly onEvent: (event: AgentEvent) => void;
}

/** Things that happen to an agent. */
export type AgentEvent =
  | { readonly type: 'waiting'; readonly name: string; readonly workers: number; readonly allowed: string }
  | { readonly type: 'claimed'; readonly run: string }
  | { readonly type: 'left'; readonly run: string; readonly reason: string | undefined }
  | { readonly type: 'silent' }
  | { readonly type: 'heard' };

/** How often it is checked that the coordinator has been seen. */
const WATCH_MS = 100;

/** Works for one coordinator after the other, until the signal. @throws ResumarkError USAGE when Redis cannot be used at first. */
export const serveAsAgent = async (options: AgentOptions): Promise<void> => {
  const broker = await Broker.connect(options.coordinator);
  try {
    await new Agent(broker, options).run();
  } finally {
    broker.close();
  }
};

class Agent {
  readonly #options: AgentOptions;
  readonly #broker: Broker;
  readonly #id = randomBytes(8).toString('hex');
  readonly #facts: Omit<Hello, 'clock'>;
  #session: AgentSession | undefined;
  /** Settles when the last change of session is over. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Runs that it has left for a reason: it does not come back to them. */
  readonly #left = new Set<string>();
  #seenMs = performance.now();
  #isSilent = false;

  constructor(broker: Broker, options: AgentOptions) {
    this.#broker = broker;
    this.#options = options;
    const { node, openssl, platform, kernel, cpu, cores } = readEnvironment();
    this.#facts = {
      id: this.#id,
      name: options.name ?? `agent-${this.#id.slice(0, 4)}`,
      version: options.version,
      protocol: AGENT_PROTOCOL,
      host: hostId(),
      ...{ node, openssl, platform, kernel, cpu, cores },
      workers: options.workers ?? cores,
      sources: [...options.sources],
      limits: readMachineLimits(),
      hasIdentity: options.identity !== undefined,
    };
  }

  async run(): Promise<void> {
    const { signal, onEvent, allowed } = this.#options;
    const queue = new TaskQueue(this.#broker.address, this.#id, (task) => this.#carryOut(decodeTask(task)));
    const watch = setInterval(() => {
      this.#stopUnseen();
    }, WATCH_MS);
    try {
      await queue.ready();
      await queue.prolong();
      onEvent({ type: 'waiting', name: this.#facts.name, workers: this.#facts.workers, allowed: String(allowed) });
      while (!signal.aborted) {
        await this.#beat();
        await sleep(BEAT_MS, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      clearInterval(watch);
      await this.#inTurn(() => this.#end('was ended'));
      await this.#broker.leave(this.#id).catch(() => undefined);
      await queue.close();
    }
  }

  /** Gives a sign of life, and looks whom it works for. */
  async #beat(): Promise<void> {
    try {
      await this.#inTurn(async () => {
        const run = await this.#broker.announce(this.#id, this.#hello);
        this.#seenMs = performance.now();
        this.#tellSilence(false);
        await this.#follow(run);
      });
    } catch {
      this.#tellSilence(true);
    }
  }

  /** Beats and tasks both find out whom it works for: one after the other, so that neither undoes what the other has begun. */
  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(change);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #follow(run: string | undefined): Promise<void> {
    if (this.#session !== undefined && this.#session.run !== run) await this.#end(undefined);
    if (run !== undefined) await this.#join(run);
  }

  get #hello(): Hello {
    const { clock } = this.#broker;
    return { ...this.#facts, clock: { offsetNs: clock.systemOffsetNs, errorNs: clock.errorNs } };
  }

  #tellSilence(isSilent: boolean): void {
    if (isSilent !== this.#isSilent) this.#options.onEvent({ type: isSilent ? 'silent' : 'heard' });
    this.#isSilent = isSilent;
  }

  /** Stops loading when nothing shows any more that somebody wants it. */
  #stopUnseen(): void {
    if (performance.now() - this.#seenMs < MOST_UNSEEN_MS) return;
    this.#session?.leave(`had not heard of its coordinator for ${String(MOST_UNSEEN_MS / 1000)} s, and stopped`);
  }

  async #join(run: string): Promise<AgentSession> {
    if (this.#session?.run === run) return this.#session;
    if (this.#left.has(run)) throw new Error('has left this run');
    await this.#end(undefined);
    const { allowed, sources, identity } = this.#options;
    const session = new AgentSession(run, { clock: this.#broker.clock, allowed, sources, identity });
    this.#session = session;
    await this.#broker.listen(controlChannel(run), (message) => {
      session.apply(wishSchema.parse(message));
    });
    this.#options.onEvent({ type: 'claimed', run });
    return session;
  }

  /** @param reason `undefined` where the coordinator has let it go. */
  async #end(reason: string | undefined): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    this.#left.add(session.run);
    session.leave(reason ?? 'lost its coordinator');
    await session.close();
    await this.#broker.listen(undefined, () => undefined).catch(() => undefined);
    this.#options.onEvent({ type: 'left', run: session.run, reason });
  }

  async #carryOut(task: Task): Promise<unknown> {
    const session = await this.#inTurn(() => this.#sessionFor(task));
    const tell = (): void => {
      const { counts, stage } = session;
      if (counts === undefined) return;
      const message: ProgressMessage = { agent: this.#id, task: task.number, stage, progress: counts };
      this.#broker.publish(progressChannel(task.run), message);
    };
    const telling = setInterval(tell, task.tellEveryMs);
    try {
      return await session.carryOut(task, tell);
    } finally {
      clearInterval(telling);
    }
  }

  /** The first task may come before the beat that shows who has claimed us. */
  async #sessionFor({ run }: Task): Promise<AgentSession> {
    if (this.#session?.run === run) return this.#session;
    const claimed = await this.#broker.announce(this.#id, this.#hello);
    if (claimed !== run) throw new Error('works for another run, or lost its coordinator');
    return this.#join(run);
  }
}
