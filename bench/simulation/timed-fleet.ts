import { AgentFleet, type FleetSetup } from '../../src/distributed/coordinator/agent-fleet.ts';
import type { AgentPool } from '../../src/distributed/coordinator/agent-pool.ts';
import type { CellContext, MeasuredLoad } from '../../src/load/load-generator.ts';
import type { MeasureRequest, PrimeReport, PrimeRequest } from '../../src/load/protocol/messages.ts';

/** A moment of the coordinator: on Redis' clock, and by the CPU time of its process. */
interface Moment {
  readonly atUs: number;
  readonly cpuUs: number;
}

/** A task as its coordinator sees it. */
interface Asked {
  /** Of the task among all of the run. */
  readonly number: number;
  readonly ordered: Moment;
  /** All answers are there, decoded. */
  readonly answered: Moment;
}

/** The moments of a window, in order. */
export interface WindowMarks {
  readonly started: Moment;
  readonly prime: Asked;
  readonly measure: Asked & {
    readonly startUs: number;
    /** The window is over, and the answers are on their way. */
    readonly over: Moment;
  };
  /** Reports are merged, and the run goes on. */
  readonly ended: Moment;
}

/** The real thing, with a stopwatch. */
export class TimedFleet extends AgentFleet {
  readonly #pool: AgentPool;
  readonly #windowMs: number;
  #number = 0;
  #started: Moment | undefined;
  #prime: Asked | undefined;
  #measure: WindowMarks['measure'] | undefined;

  constructor(pool: AgentPool, setup: FleetSetup, windowMs: number) {
    super(pool, setup);
    this.#pool = pool;
    this.#windowMs = windowMs;
  }

  beginWindow(): void {
    this.#started = this.#now;
  }

  endWindow(): WindowMarks {
    const [started, prime, measure] = [this.#started, this.#prime, this.#measure];
    if (started === undefined || prime === undefined || measure === undefined) throw new Error('no window was measured');
    return { started, prime, measure, ended: this.#now };
  }

  override async open(contexts: readonly CellContext[]): Promise<void> {
    this.#number++;
    await super.open(contexts);
  }

  override async prime(requests: readonly PrimeRequest[]): Promise<PrimeReport[]> {
    const number = ++this.#number;
    const ordered = this.#now;
    const reports = await super.prime(requests);
    this.#prime = { number, ordered, answered: this.#now };
    return reports;
  }

  override async measure(requests: readonly MeasureRequest[], startInNs: number): Promise<MeasuredLoad> {
    const number = ++this.#number;
    const ordered = this.#now;
    let over = ordered;
    setTimeout(() => (over = this.#now), startInNs / 1e6 + this.#windowMs);
    const measured = await super.measure(requests, startInNs);
    this.#measure = { number, ordered, startUs: ordered.atUs + startInNs / 1000, over, answered: this.#now };
    return measured;
  }

  get #now(): Moment {
    const { user, system } = process.cpuUsage();
    return { atUs: this.#pool.broker.clock.nowUs(), cpuUs: user + system };
  }
}
