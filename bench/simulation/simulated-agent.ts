import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnvironment } from '../../src/cpu/environment.ts';
import { readMachineLimits } from '../../src/cpu/machine.ts';
import type { BrokerAddress } from '../../src/distributed/broker/address.ts';
import { Broker } from '../../src/distributed/broker/broker.ts';
import { TaskQueue } from '../../src/distributed/broker/task-queue.ts';
import { hostId } from '../../src/distributed/host-id.ts';
import { AGENT_PROTOCOL, type Hello } from '../../src/distributed/protocol/hello.ts';
import { controlChannel, progressChannel } from '../../src/distributed/protocol/names.ts';
import type { ProgressMessage, Stage } from '../../src/distributed/protocol/progress.ts';
import { decodeTask, wishSchema, type Measured, type Task, type Work } from '../../src/distributed/protocol/tasks.ts';
import { BEAT_MS } from '../../src/distributed/protocol/times.ts';
import { version } from '../../src/run/version.ts';
import { WORKERS } from './scenario.ts';
import type { TaskMarks } from './task-marks.ts';

/** Rarer than real agents give signs of life: a thousand share the cores of one machine. */
const SIMULATED_BEAT_MS = 2 * BEAT_MS;

export interface SimulationOptions {
  readonly address: BrokerAddress;
  readonly name: string;
  readonly recording: Measured;
  readonly marks: TaskMarks;
}

/** An agent as its coordinator and Redis see it. It loads nothing: when a window is over, it answers what was recorded. */
export class SimulatedAgent {
  readonly #id = randomBytes(8).toString('hex');
  readonly #broker: Broker;
  readonly #options: SimulationOptions;
  readonly #facts: Omit<Hello, 'clock'>;
  #run: string | undefined;
  /** Of the window that waits for its start. */
  #awaiting: { readonly task: number; readonly begin: (atUs: number) => void } | undefined;

  private constructor(broker: Broker, options: SimulationOptions) {
    const { node, openssl, platform, kernel, cpu, cores } = readEnvironment();
    this.#broker = broker;
    this.#options = options;
    this.#facts = {
      id: this.#id,
      name: options.name,
      version,
      protocol: AGENT_PROTOCOL,
      host: hostId(),
      ...{ node, openssl, platform, kernel, cpu, cores },
      workers: WORKERS,
      sources: [],
      limits: readMachineLimits(),
      hasIdentity: false,
    };
  }

  /** Waits for tasks until the process ends. */
  static async start(options: SimulationOptions): Promise<void> {
    const agent = new SimulatedAgent(await Broker.connect(options.address), options);
    const queue = new TaskQueue(options.address, agent.#id, (task) => agent.#carryOut(decodeTask(task)));
    await queue.ready();
    await queue.prolong();
    void agent.#live();
  }

  async #live(): Promise<never> {
    // Agents elsewhere do not beat all at once either.
    await sleep(Math.random() * SIMULATED_BEAT_MS);
    for (;;) {
      await this.#beat().catch(() => undefined);
      await sleep(SIMULATED_BEAT_MS);
    }
  }

  async #beat(): Promise<void> {
    const { clock } = this.#broker;
    const hello = { ...this.#facts, clock: { offsetNs: clock.systemOffsetNs, errorNs: clock.errorNs } };
    const run = await this.#broker.announce(this.#id, hello);
    if (run === this.#run) return;
    this.#run = run;
    await this.#broker.listen(run === undefined ? undefined : controlChannel(run), (message) => {
      const { start } = wishSchema.parse(message);
      if (start !== undefined && start.task === this.#awaiting?.task) this.#awaiting.begin(start.atUs);
    });
  }

  async #carryOut({ run, number, tellEveryMs, work }: Task): Promise<unknown> {
    if (work.kind === 'open') return null;
    const { clock } = this.#broker;
    const arrivedUs = clock.nowUs();
    const { recording } = this.#options;
    let stage: Stage = 'armed';
    const tell = (): void => {
      const message: ProgressMessage = { agent: this.#id, task: number, stage, progress: recording.progress };
      this.#broker.publish(progressChannel(run), message);
    };
    const started = new Promise<number>((begin) => (this.#awaiting = { task: number, begin }));
    tell();
    const telling = setInterval(tell, tellEveryMs);
    try {
      const startUs = await started;
      stage = 'loading';
      const heardUs = clock.nowUs();
      const beganUs = Math.max(startUs, heardUs);
      await sleep((beganUs - heardUs + durationUs(work)) / 1000);
      this.#options.marks.note({ number, arrivedUs, heardUs, answeredUs: clock.nowUs() });
      return { ...recording, startSkewNs: (beganUs - startUs) * 1000, slackNs: (startUs - heardUs) * 1000 };
    } finally {
      clearInterval(telling);
    }
  }
}

const durationUs = ({ parts }: Extract<Work, { kind: 'window' }>): number => {
  const bound = parts[0]?.measure.pace.bound;
  return bound?.by === 'time' ? bound.durationNs / 1000 : 0;
};
