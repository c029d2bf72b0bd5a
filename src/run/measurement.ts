import { randomInt } from 'node:crypto';
import { markTrials } from '../analysis/capacity/trial-blocks.ts';
import { noticesOf } from '../analysis/notices/notices.ts';
import { summarizeRun, type RunSummary } from '../analysis/summary/run-summary.ts';
import { cellLabel } from '../domain/cell.ts';
import { ResumarkError } from '../domain/error.ts';
import type { EventRecord } from '../domain/event-record.ts';
import { sumCounts } from '../domain/mergeable.ts';
import type { Notice } from '../domain/notice.ts';
import type { BlockRecord, RunRecord, RunStatus } from '../domain/run-record.ts';
import { measureWindow } from '../load/measure-window.ts';
import type { MeasuredBlock } from '../load/window-request.ts';
import { dueNow, interleaveOf, plannedMs, planWindows, roundsOf, type PlannedWindow } from '../scenario/plan.ts';
import { AgentRoll } from './agent-roll.ts';
import { CapacitySearch } from './capacity-search.ts';
import { RunSaver } from './files/run-saver.ts';
import { newRun, runIdOf } from './new-run.ts';
import { preparationNotices } from './preparation-notices.ts';
import type { Prepared } from './prepare/prepared.ts';
import type { AskedNow, RunPlan, WindowPosition } from './progress/event.ts';
import { monitored } from './progress/load-monitor.ts';
import { readAccount } from './server-account.ts';
import { WindowEvents } from './window-events.ts';
import { windowRequest } from './window-request.ts';
import { FixedSequence, type WindowSequence } from './window-sequence.ts';

/** Measures everything that was prepared: window after window, saving after each round. */
export const measure = async (prepared: Prepared): Promise<RunRecord> => {
  const { decoded, expansion, cells, chosen, options } = prepared;
  const { scenario } = decoded;
  const seed = scenario.seed ?? randomInt(2 ** 32);
  const interleave = interleaveOf(
    scenario,
    cells.map(({ cell }) => cell),
    chosen.engine.tellsTurns,
  );
  const sequence =
    scenario.load.model === 'capacity'
      ? new CapacitySearch(scenario, expansion, seed)
      : new FixedSequence(planWindows(scenario, expansion, { seed, interleave }), roundsOf(scenario));
  const startedAt = new Date();
  const wantedId = runIdOf(scenario, startedAt);
  // The folder may be taken: the run has the name of the one that was made.
  const store = await options.store?.(wantedId);
  const run = newRun(prepared, { id: store?.runId ?? wantedId, seed, interleave, startedAt });
  options.onEvent?.({ type: 'started', run, folder: store?.folder, plan: planOf(prepared, sequence) });
  return new Measurement(prepared, { run, sequence, saver: new RunSaver(store) }).run();
};

const planOf = (prepared: Prepared, { rounds, laterMs, toleratesErrors }: WindowSequence): RunPlan => ({
  rounds,
  looks: looksOf(prepared),
  isSearch: toleratesErrors,
  plannedMs: laterMs,
});

/** Numbers of rounds after which the run may end early. */
const looksOf = ({ decoded, options }: Prepared): readonly number[] =>
  options.isDecided === undefined ? [] : (decoded.scenario.plan.looks ?? []).slice(0, -1);

/** The measuring part of a run: goes through the windows and keeps the record. */
class Measurement {
  readonly #prepared: Prepared;
  readonly #sequence: WindowSequence;
  readonly #saver: RunSaver;
  readonly #ownNotices: Notice[];
  readonly #roll: AgentRoll;
  #run: RunRecord;

  constructor(
    prepared: Prepared,
    { run, sequence, saver }: { readonly run: RunRecord; readonly sequence: WindowSequence; readonly saver: RunSaver },
  ) {
    this.#prepared = prepared;
    this.#sequence = sequence;
    this.#saver = saver;
    this.#run = run;
    this.#ownNotices = preparationNotices(prepared);
    this.#roll = new AgentRoll(prepared.generator);
  }

  async run(): Promise<RunRecord> {
    const { onEvent } = this.#prepared.options;
    // From the start: what is killed in its first round leaves the record of a run that was under way.
    this.#saver.saveRecord(this.#run);
    const ended = await this.#measureAll().catch((error: unknown) => this.#keepAfter(error));
    if (ended === 'interrupted') this.#noteInterrupt();
    const status = ended === 'complete' && this.#roll.hasFaults ? 'partial' : ended;
    this.#noteFaults();
    await this.#readAccounts();
    this.#saver.save(() => this.#judged(this.#update({ status, endedAt: new Date().toISOString() })));
    this.#run = { ...this.#run, notices: [...this.#saver.notices, ...this.#run.notices] };
    onEvent?.({ type: 'ended', run: this.#run });
    return this.#run;
  }

  #judged(summary: RunSummary): RunSummary {
    const { judge } = this.#prepared.options;
    if (judge !== undefined) this.#run = { ...this.#run, gates: judge(summary) };
    return { ...summary, run: this.#run };
  }

  /** Keeps what was measured until a worker was lost. @throws any other error, and that one too when nothing was measured. */
  #keepAfter(error: unknown): RunStatus {
    const isKept = error instanceof ResumarkError && error.code === 'WORKER_LOST' && this.#run.blocks.length > 0;
    if (!isKept) throw error;
    this.#ownNotices.push({ code: 'worker-lost', severity: 'error', reason: error.message });
    return 'partial';
  }

  /** Goes through the windows and saves after each round, so that a crash loses one round at most. */
  async #measureAll(): Promise<RunStatus> {
    let following: PlannedWindow | undefined;
    for (let index = 0, window = this.#sequence.next(); window !== undefined; index++, window = following) {
      const status = await this.#measure(window, index);
      if (status !== 'complete') return status;
      following = this.#sequence.next();
      const endsRound = following?.round !== window.round;
      if (window.round >= 0 && endsRound) {
        this.#saveRound();
        if (this.#endsEarly(window.round)) return 'complete';
      }
    }
    return 'complete';
  }

  /** Saves, and notifies at once when the folder cannot be written; the record says so again if it stays so. */
  #saveRound(): void {
    const before = this.#saver.notices;
    if (this.#saver.isRenderDue) {
      this.#saver.save(() => this.#update({}));
    } else {
      this.#saver.saveRecord(this.#run);
    }
    if (before.length === 0)
      for (const notice of this.#saver.notices) this.#prepared.options.onEvent?.({ type: 'notice', notice });
  }

  /** Only at planned looks: looking whenever one likes would raise the rate of false alarms. */
  #endsEarly(round: number): boolean {
    const isLook = looksOf(this.#prepared).includes(round + 1);
    return isLook && this.#prepared.options.isDecided?.(this.#update({})) === true;
  }

  /** Measures one window. @returns how the run goes on: `complete` when it does. */
  async #measure(window: PlannedWindow, index: number): Promise<RunStatus> {
    const { generator, decoded, options } = this.#prepared;
    if (this.#isInterrupted()) return 'interrupted';
    const at = this.#position(window, index);
    options.onEvent?.({ type: 'window-started', at });
    const events = this.#eventsOf(window);
    const { result, stoppedAt } = await monitored(
      generator,
      {
        signal: options.signal,
        mostErrors: decoded.scenario.plan.stopAtErrors,
        onProgress: (progress) => options.onEvent?.({ type: 'progress', at, asked: askedNow(window, progress), ...progress }),
      },
      (onPhase) =>
        measureWindow(generator, windowRequest(this.#prepared, { window, index, seed: this.#run.seed }), (phase) => {
          onPhase(phase);
          if (phase.name === 'window') events.begin(phase.startNs);
        }),
    ).finally(() => this.#keepEvents(events));
    const blocks = result.map(({ block }) => block);
    this.#noteAgents(window, blocks);
    this.#account(blocks);
    const isStopped = stoppedAt !== undefined && !this.#sequence.toleratesErrors;
    // A window that was cut short says nothing of its rate.
    if (!this.#isInterrupted()) this.#sequence.observe(blocks);
    if (window.round >= 0 || isStopped) for (const measured of result) this.#keep(measured);
    options.onEvent?.({ type: 'window-ended', at, blocks });
    if (this.#isInterrupted()) return 'interrupted';
    if (!isStopped) return 'complete';
    const cell = at.cells.map(cellLabel).join(' and ');
    this.#ownNotices.push({
      code: 'stopped-on-errors',
      severity: 'error',
      cell,
      errorShare: stoppedAt,
      because: failuresOf(blocks),
    });
    return 'stopped';
  }

  #noteAgents(window: PlannedWindow, blocks: readonly BlockRecord[]): void {
    this.#roll.note(window, blocks);
    this.#run = { ...this.#run, agents: this.#roll.records };
  }

  #noteFaults(): void {
    this.#ownNotices.push(...this.#roll.notices(this.#sequence.blocks));
  }

  /** None in warm-up: what it fills would be lost again. */
  #eventsOf({ streams, round, position }: PlannedWindow): WindowEvents {
    const { events, generator, options } = this.#prepared;
    const measured = events.filter(({ state }) => streams.some(({ cell }) => cell.state === state));
    const onEvent = (event: EventRecord): void => options.onEvent?.({ type: 'server-event', event });
    return new WindowEvents({ events: round < 0 ? [] : measured, round, position, generator, onEvent });
  }

  async #keepEvents(events: WindowEvents): Promise<void> {
    const { records, notices } = await events.end({ isCutShort: this.#isInterrupted() });
    this.#run = { ...this.#run, events: [...this.#run.events, ...records] };
    this.#ownNotices.push(...notices);
  }

  #account(blocks: readonly BlockRecord[]): void {
    const { account, cells } = this.#prepared;
    for (const block of blocks) {
      const cell = cells.find(({ id }) => id === block.cell);
      if (cell !== undefined) account.add(cell.state.label, block);
    }
  }

  /** Asks the servers for their own account, once they have had time to write it. */
  async #readAccounts(): Promise<void> {
    const { states, account } = this.#prepared;
    const accounts = await Promise.all(states.map((state) => readAccount(state, account)));
    this.#run = { ...this.#run, states: this.#run.states.map((state, index) => ({ ...state, account: accounts[index] })) };
  }

  #isInterrupted(): boolean {
    return this.#prepared.options.signal?.aborted ?? false;
  }

  #position({ streams, round, bound, profile }: PlannedWindow, index: number): WindowPosition {
    const { rounds, windows, laterMs, toleratesErrors: isSearch } = this.#sequence;
    return {
      cells: streams.map(({ cell }) => cell),
      round,
      rounds,
      trialPerSecond: isSearch && profile?.shape === 'constant' ? profile.perSecond : undefined,
      index,
      windows,
      toLook: this.#toLook(round),
      plannedMs: plannedMs({ bound, profile }),
      laterMs,
    };
  }

  #toLook(round: number): number | undefined {
    const look = looksOf(this.#prepared).find((rounds) => rounds > round);
    const later = look === undefined ? undefined : this.#sequence.windowsUntil(look);
    return later === undefined ? undefined : later + 1;
  }

  #keep({ block, negotiated }: MeasuredBlock): void {
    const id = block.cell;
    const isStated = this.#run.blocks.some((kept) => kept.cell === id && kept.honoured > 0);
    this.#run = {
      ...this.#run,
      blocks: [...this.#run.blocks, block],
      cells: this.#run.cells.map((cell) =>
        cell.id === id && !isStated && negotiated !== undefined ? { ...cell, negotiated } : cell,
      ),
    };
  }

  #noteInterrupt(): void {
    this.#ownNotices.push({
      code: 'interrupted',
      severity: 'warning',
      blocks: this.#run.blocks.length,
      planned: this.#sequence.blocks,
    });
  }

  #update(change: Partial<Pick<RunRecord, 'status' | 'endedAt'>>): RunSummary {
    const { capacity } = this.#sequence;
    const blocks = markTrials(this.#run.blocks, capacity);
    const summary = summarizeRun({ ...this.#run, ...change, blocks, capacity: [...capacity] });
    this.#run = { ...summary.run, notices: [...this.#ownNotices, ...noticesOf(summary)] };
    return { ...summary, run: this.#run };
  }
}

/** Failures of a window, or of the priming before it where it came to nothing. */
const failuresOf = (blocks: readonly BlockRecord[]): Readonly<Record<string, number>> => {
  const measured = sumCounts(blocks.map(({ errors }) => errors));
  return Object.keys(measured).length > 0 ? measured : sumCounts(blocks.map(({ primed }) => primed.errors));
};

const askedNow = (
  { bound, profile }: PlannedWindow,
  { phase, elapsedMs }: { readonly phase: { readonly name: string }; readonly elapsedMs: number },
): AskedNow | undefined => (profile === undefined || phase.name !== 'window' ? undefined : dueNow(profile, bound, elapsedMs));
