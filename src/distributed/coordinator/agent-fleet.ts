import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AgentFault } from '../../domain/agent-record.ts';
import { ResumarkError } from '../../domain/error.ts';
import { unixNsOf } from '../../engine/clock.ts';
import type { EngineChoice } from '../../engine/open.ts';
import type { CellContext, HostReport, LoadAgent, LoadGenerator, LoadProgress, MeasuredLoad } from '../../load/load-generator.ts';
import type { Control } from '../../load/protocol/counters.ts';
import type { MeasureRequest, PrimeReport, PrimeRequest } from '../../load/protocol/messages.ts';
import type { Answer } from '../broker/task-flows.ts';
import { toWire } from '../protocol/context.ts';
import { togetherOf } from '../protocol/progress.ts';
import { decodeMeasured, decodePrimed, type Measured, type Primed, type Work } from '../protocol/tasks.ts';
import type { AgentPool, Member } from './agent-pool.ts';
import { StartMargin } from './start-margin.ts';

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
  readonly #margin = new StartMargin();
  /** Workers that hold the sessions of the window. */
  #primed: readonly Place[] = [];
  /** Members of the last task. */
  #working: readonly Member[] = [];

  constructor(pool: AgentPool, setup: FleetSetup) {
    this.#pool = pool;
    this.#setup = setup;
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

  async prime(requests: readonly PrimeRequest[]): Promise<PrimeReport[]> {
    const places = this.#places().slice(0, requests.length);
    const answers = await this.#ask(places, requests, (own) => ({ kind: 'prime', requests: own }));
    const primed = await decoded(answers, decodePrimed);
    this.#primed = places.filter(({ member }) => primed.has(member));
    return this.#primed.flatMap(({ member, thread }) => primed.get(member)?.reports[thread] ?? []);
  }

  async measure(requests: readonly MeasureRequest[], startInNs: number): Promise<MeasuredLoad> {
    const { clock } = this.#pool.broker;
    const startUs = clock.nowUs() + Math.round(startInNs / 1000);
    const places = this.#primed.slice(0, requests.length);
    const asked = [...new Set(places.map(({ member }) => member))];
    const answers = await this.#ask(places, requests, (own) => ({ kind: 'measure', requests: own, startUs }));
    const reports = [...(await decoded(answers, decodeMeasured))];
    this.#margin.learn(reports.map(([, { slackNs }]) => startInNs - slackNs));
    return {
      startUnixNs: unixNsOf(clock.toLocalNs(startUs)),
      hosts: reports.map(([member, report]) => hostReport(member, report)),
      lost: asked.filter((member) => !answers.has(member)).map(({ hello }) => hello.name),
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
   * Puts to each agent the questions to its workers.
   *
   * @returns the answers of those that have one; the others are lost.
   * @throws ResumarkError WORKER_LOST when none is left.
   */
  async #ask<Request>(
    places: readonly Place[],
    requests: readonly Request[],
    workOf: (own: Request[]) => Work,
  ): Promise<ReadonlyMap<Member, unknown>> {
    const own = new Map<Member, Request[]>();
    for (const [index, { member }] of places.entries()) {
      const request = requests[index];
      if (request !== undefined) own.set(member, [...(own.get(member) ?? []), request]);
    }
    this.#working = [...own.keys()];
    const answers = await this.#pool.run(new Map([...own].map(([member, asked]) => [member, workOf(asked)])));
    const values = new Map(
      [...answers].flatMap(([member, answer]) => (isKept(member, answer) ? [[member, answer.value] as const] : [])),
    );
    for (const member of own.keys()) if (!values.has(member)) this.#pool.lose(member, reasonOf(answers.get(member)));
    if (values.size > 0) return values;
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

/** Decodes one answer after another. Signs of life are given in between: for a thousand agents it takes seconds. */
const decoded = async <Report extends Primed | Measured>(
  answers: ReadonlyMap<Member, unknown>,
  decode: (answer: unknown) => Report,
): Promise<ReadonlyMap<Member, Report>> => {
  const reports = new Map<Member, Report>();
  for (const [member, answer] of answers) {
    const report = decode(answer);
    member.counts = report.progress;
    reports.set(member, report);
    await nextTurn();
  }
  return reports;
};

/** An agent that was declared lost may answer all the same: nobody knows then what it did in between. */
const isKept = (member: Member, answer: Answer): answer is Extract<Answer, { ok: true }> =>
  answer.ok && member.absence === undefined;

const reasonOf = (answer: Answer | undefined): string => (answer === undefined || answer.ok ? 'did not answer' : answer.reason);

const hostReport = ({ hello }: Member, { workers, before, after, limits, startSkewNs, slackNs }: Measured): HostReport => ({
  agent: hello.name,
  startSkewNs,
  slackNs,
  workers,
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
