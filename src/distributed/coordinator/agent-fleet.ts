import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AgentFault } from '../../domain/agent-record.ts';
import { ResumarkError } from '../../domain/error.ts';
import { unixNsOf } from '../../engine/clock.ts';
import type { EngineChoice } from '../../engine/open.ts';
import type { CellContext, HostReport, LoadAgent, LoadGenerator, LoadProgress, MeasuredLoad } from '../../load/load-generator.ts';
import type { Control } from '../../load/protocol/counters.ts';
import type { WindowPart } from '../../load/protocol/messages.ts';
import type { Answer } from '../broker/task-flows.ts';
import { toWire } from '../protocol/context.ts';
import { togetherOf } from '../protocol/progress.ts';
import { decodeMeasured, type Measured, type Work } from '../protocol/tasks.ts';
import type { AgentPool, Member } from './agent-pool.ts';
import { StartMargin } from './start-margin.ts';

/** Signs of life are given at least this often, beside work. */
const MOST_TURN_MS = 20;

/** What a run loads with. */
export interface FleetSetup {
  readonly engine: EngineChoice;
  /** Worker threads of each agent; its own number when `undefined`. */
  readonly workers: number | undefined;
}

/** One worker thread of an agent: the workers of all agents are numbered as one row. */
interface Place {
  readonly member: Member;
  /** Its index among the threads of its agent. */
  readonly thread: number;
}

/** The worker threads of agents on other machines, as one load generator. */
export class AgentFleet implements LoadGenerator {
  readonly #pool: AgentPool;
  readonly #setup: FleetSetup;
  readonly #margin: StartMargin;
  /** Members that take part in the window. */
  #working: readonly Member[] = [];

  constructor(pool: AgentPool, setup: FleetSetup) {
    this.#pool = pool;
    this.#setup = setup;
    // Each knows the time on Redis' clock to half of a round trip.
    this.#margin = new StartMargin(
      pool.broker.clock.errorNs + Math.max(0, ...pool.members.map(({ hello }) => hello.clock.errorNs)),
    );
  }

  get workers(): number {
    return this.#places().length;
  }

  get startMarginNs(): number {
    return this.#margin.ns;
  }

  get agents(): readonly LoadAgent[] {
    return [...this.#pool.members.map((member) => this.#agentOf(member)), ...this.#pool.unfit.map(strangerOf)];
  }

  /** @throws ResumarkError USAGE naming the agent that cannot load them: nothing has been measured yet. */
  async open(contexts: readonly CellContext[]): Promise<void> {
    const wire = contexts.map(toWire);
    const members = this.#pool.present;
    const answers = await this.#pool.run(
      new Map(
        members.map((member) => [
          member,
          { kind: 'open', engine: wireEngine(this.#setup.engine), workers: this.#workersOf(member), contexts: wire },
        ]),
      ),
    );
    for (const member of members) {
      const answer = answers.get(member);
      if (answer === undefined || answer.ok || member.absence !== undefined) continue;
      throw new ResumarkError('USAGE', `agent ${member.hello.name} ${answer.reason}.`);
    }
  }

  async arm(parts: readonly WindowPart[]): Promise<void> {
    const own = new Map<Member, WindowPart[]>();
    for (const [index, { member }] of this.#places().slice(0, parts.length).entries()) {
      const part = parts[index];
      if (part !== undefined) own.set(member, [...(own.get(member) ?? []), part]);
    }
    this.#working = [...own.keys()];
    await this.#pool.arm(new Map([...own].map(([member, asked]) => [member, { kind: 'window', parts: asked }])));
  }

  async measure(startInNs: number): Promise<MeasuredLoad> {
    const { clock } = this.#pool.broker;
    const startUs = clock.nowUs() + Math.round(startInNs / 1000);
    const reports = await this.#reports(await this.#pool.begin(startUs));
    this.#margin.learn([...reports.values()].map(({ slackNs }) => startInNs - slackNs));
    return {
      startUnixNs: unixNsOf(clock.toLocalNs(startUs)),
      hosts: [...reports].map(([member, report]) => hostReport(member, report)),
      lost: this.#working.filter((member) => !reports.has(member)).map(({ hello }) => hello.name),
    };
  }

  progress(): LoadProgress {
    return togetherOf(
      this.#working.map((member) => ({ name: member.hello.name, workers: this.#workersOf(member), counts: member.counts })),
    );
  }

  control(control: Control): void {
    this.#pool.control(control);
  }

  /** The agents stay with the pool, for a run after this one. */
  async close(): Promise<void> {
    this.control('run');
    await Promise.resolve();
  }

  /** The first worker of each agent, then the second of each: few connections are spread over all of them. */
  #places(): Place[] {
    const members = this.#pool.present;
    const most = Math.max(0, ...members.map((member) => this.#workersOf(member)));
    return Array.from({ length: most }, (_, thread) =>
      members.filter((member) => thread < this.#workersOf(member)).map((member) => ({ member, thread })),
    ).flat();
  }

  #workersOf({ hello }: Member): number {
    return this.#setup.workers ?? hello.workers;
  }

  /**
   * Decodes one answer after another. Signs of life are given in between: for a thousand agents it takes a while.
   *
   * @returns the reports of those that have one; the others are lost.
   * @throws ResumarkError WORKER_LOST when none is left.
   */
  async #reports(answers: ReadonlyMap<Member, Answer>): Promise<ReadonlyMap<Member, Measured>> {
    const reports = new Map<Member, Measured>();
    let workingSinceMs = performance.now();
    for (const member of this.#working) {
      const answer = answers.get(member);
      if (answer === undefined || !isKept(member, answer)) {
        this.#pool.lose(member, reasonOf(answer));
        continue;
      }
      const report = decodeMeasured(answer.value);
      member.counts = report.progress;
      reports.set(member, report);
      if (performance.now() - workingSinceMs < MOST_TURN_MS) continue;
      await nextTurn();
      workingSinceMs = performance.now();
    }
    if (reports.size > 0) return reports;
    throw new ResumarkError('WORKER_LOST', `no agent is left: ${this.#losses()}.`);
  }

  #losses(): string {
    return this.#pool.members.map(({ hello, absence }) => `${hello.name} ${absence?.reason ?? ''}`).join('; ');
  }

  #agentOf(member: Member): LoadAgent {
    const { name, node, openssl, platform, kernel, cpu, cores, sources, clock } = member.hello;
    const workers = this.#workersOf(member);
    return { facts: { name, node, openssl, platform, kernel, cpu, cores, workers, sources, clock }, absence: member.absence };
  }
}

/** An agent that was declared lost may answer all the same: nobody knows then what it did in between. */
const isKept = (member: Member, answer: Answer): answer is Extract<Answer, { ok: true }> =>
  answer.ok && member.absence === undefined;

const reasonOf = (answer: Answer | undefined): string => (answer === undefined || answer.ok ? 'did not answer' : answer.reason);

const hostReport = ({ hello }: Member, { before, after, limits, ...report }: Measured): HostReport => ({
  ...report,
  agent: hello.name,
  before: { ...before, ticks: before.ticks, timeWait: before.timeWait, loadAverage: before.loadAverage },
  after: { ...after, ticks: after.ticks, timeWait: after.timeWait, loadAverage: after.loadAverage },
  limits: { files: limits.files, ports: limits.ports && limits.ports * Math.max(1, hello.sources.length) },
});

/** Nothing is known of an agent of another version but its name and what is wrong with it. */
const strangerOf = ({ name, reason }: { readonly name: string; readonly reason: string }): LoadAgent => ({
  facts: { name, node: '', openssl: '', platform: '', kernel: '', cpu: '', cores: 0, workers: 0, sources: [], clock: null },
  absence: { kind: 'mismatched', reason } satisfies Pick<AgentFault, 'kind' | 'reason'>,
});

/** A library of one machine is none of another: the path was refused before. */
const wireEngine = (choice: EngineChoice): Extract<Work, { kind: 'open' }>['engine'] =>
  choice.name === 'openssl' ? { ...choice, libssl: null } : choice;
