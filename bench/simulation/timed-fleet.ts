import { AgentFleet, type FleetSetup } from '../../src/distributed/coordinator/agent-fleet.ts';
import type { AgentPool } from '../../src/distributed/coordinator/agent-pool.ts';
import type { CellContext, MeasuredLoad } from '../../src/load/load-generator.ts';
import type { WindowPart } from '../../src/load/protocol/messages.ts';

/** A moment of the coordinator: on Redis' clock, and by the CPU time of its process. */
interface Moment {
  readonly atUs: number;
  readonly cpuUs: number;
}

/** The moments of a window, in order. */
export interface WindowMarks {
  /** Of its task among all of the run. */
  readonly number: number;
  readonly started: Moment;
  readonly ordered: Moment;
  readonly armed: Moment;
  readonly startUs: number;
  /** The load is over, and the answers are on their way. */
  readonly over: Moment;
  /** All answers are there, decoded. */
  readonly answered: Moment;
  /** Reports are merged, and the run goes on. */
  readonly ended: Moment;
}

/** The real thing, with a stopwatch. */
export class TimedFleet extends AgentFleet {
  readonly #pool: AgentPool;
  readonly #windowMs: number;
  #number = 0;
  #marks: Partial<WindowMarks> = {};

  constructor(pool: AgentPool, setup: FleetSetup, windowMs: number) {
    super(pool, setup);
    this.#pool = pool;
    this.#windowMs = windowMs;
  }

  beginWindow(): void {
    this.#marks = { started: this.#now };
  }

  endWindow(): WindowMarks {
    const { number, started, ordered, armed, startUs, over, answered } = this.#marks;
    if (number === undefined || started === undefined || ordered === undefined || armed === undefined)
      throw new Error('no window was handed out');
    if (startUs === undefined || over === undefined || answered === undefined) throw new Error('no window was measured');
    return { number, started, ordered, armed, startUs, over, answered, ended: this.#now };
  }

  override async open(contexts: readonly CellContext[]): Promise<void> {
    this.#number++;
    await super.open(contexts);
  }

  override async arm(parts: readonly WindowPart[]): Promise<void> {
    const ordered = this.#now;
    await super.arm(parts);
    this.#marks = { ...this.#marks, number: ++this.#number, ordered, armed: this.#now };
  }

  override async measure(startInNs: number): Promise<MeasuredLoad> {
    const startUs = this.#now.atUs + startInNs / 1000;
    let over: Moment | undefined;
    setTimeout(() => (over = this.#now), startInNs / 1e6 + this.#windowMs);
    const measured = await super.measure(startInNs);
    const answered = this.#now;
    this.#marks = { ...this.#marks, startUs, over: over ?? answered, answered };
    return measured;
  }

  get #now(): Moment {
    const { user, system } = process.cpuUsage();
    return { atUs: this.#pool.broker.clock.nowUs(), cpuUs: user + system };
  }
}
