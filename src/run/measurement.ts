import { randomInt } from 'node:crypto';
import { noticesOf } from '../analysis/notices/notices.ts';
import { markProbes } from '../analysis/capacity/probe-blocks.ts';
import { summarizeRun, type RunSummary } from '../analysis/summary/run-summary.ts';
import { cellLabel } from '../domain/cell.ts';
import { ResumarkError } from '../domain/error.ts';
import type { Notice } from '../domain/notice.ts';
import type { RunRecord, RunStatus } from '../domain/run-record.ts';
import { nowNs } from '../engine/clock.ts';
import type { WindowPhase } from '../load/window-request.ts';
import type { MeasuredBlock } from '../load/window-request.ts';
import { measureWindow } from '../load/measure-window.ts';
import { expand } from '../scenario/expand.ts';
import { dueNow, interleaveOf, plannedMs, planWindows, roundsOf, type PlannedWindow } from '../scenario/plan.ts';
import { FixedSequence, type WindowSequence } from './window-sequence.ts';
import { CapacitySearch } from './capacity-search.ts';
import type { ChosenEngine } from './prepare/choose-engine.ts';
import type { AskedNow, WindowPosition } from './progress/event.ts';
import { newRun } from './new-run.ts';
import { windowRequest } from './window-request.ts';
import type { Prepared } from './prepare/prepared.ts';
import { RunSaver } from './files/run-saver.ts';
import { FleetMonitor } from './progress/fleet-monitor.ts';

/** The measuring part of a run: goes through the plan and keeps the record. */
export class Measurement {
  readonly #prepared: Prepared;
  readonly #sequence: WindowSequence;
  readonly #ownNotices: Notice[];
  #run: RunRecord;
  #saver = new RunSaver();

  constructor(prepared: Prepared) {
    const { scenario } = prepared.decoded;
    const expansion = expand(scenario);
    const { cells, impossible } = expansion;
    const seed = scenario.seed ?? randomInt(2 ** 32);
    const interleave = interleaveOf(scenario, cells, prepared.chosen.engine.tellsTurns);
    this.#prepared = prepared;
    this.#sequence =
      scenario.load.model === 'capacity'
        ? new CapacitySearch(scenario, expansion, seed)
        : new FixedSequence(planWindows(scenario, expansion, { seed, interleave }), roundsOf(scenario));
    this.#ownNotices = [
      ...engineNotices(prepared.chosen),
      ...impossible.map<Notice>(({ cell, reason }) => ({
        code: 'cell-skipped',
        severity: 'info',
        cell: cellLabel(cell),
        reason,
      })),
    ];
    this.#run = newRun(prepared, { cells, seed, interleave, startedAt: new Date() });
  }

  async run(): Promise<RunRecord> {
    const { options } = this.#prepared;
    const store = await options.store?.(this.#run.id);
    if (store !== undefined) this.#run = { ...this.#run, id: store.runId };
    this.#saver = new RunSaver(store);
    options.onEvent?.({ type: 'started', run: this.#run, folder: store?.folder });
    const status = await this.#measureAll().catch((error: unknown) => this.#keepAfter(error));
    if (status === 'interrupted') this.#noteInterrupt();
    await this.#saver.save(() => this.#update({ status, endedAt: new Date().toISOString() }));
    this.#run = { ...this.#run, notices: [...this.#saver.notices, ...this.#run.notices] };
    options.onEvent?.({ type: 'ended', run: this.#run });
    return this.#run;
  }

  /** When a worker is lost, what was measured until then is kept. @throws any other error, and that one too when nothing was measured. */
  #keepAfter(error: unknown): RunStatus {
    const isKept = error instanceof ResumarkError && error.code === 'WORKER_LOST' && this.#run.blocks.length > 0;
    if (!isKept) throw error;
    this.#ownNotices.push({ code: 'worker-lost', severity: 'error', reason: error.message });
    return 'partial';
  }

  /** Goes through the sequence and saves after each round, so that a crash loses one round at most. */
  async #measureAll(): Promise<RunStatus> {
    let following: PlannedWindow | undefined;
    for (let index = 0, window = this.#sequence.next(); window !== undefined; index++, window = following) {
      const status = await this.#measure(window, index);
      if (status !== 'complete') return status;
      following = this.#sequence.next();
      const endsRound = following?.round !== window.round;
      if (window.round >= 0 && endsRound) {
        await this.#saveRound();
        if (this.#endsEarly(window.round)) return 'complete';
      }
    }
    return 'complete';
  }

  /** That the folder cannot be written is told at once, and again at the end if it stays so. */
  async #saveRound(): Promise<void> {
    const before = this.#saver.notices;
    if (this.#saver.isRenderDue) {
      await this.#saver.save(() => this.#update({}));
    } else {
      await this.#saver.saveRecord(this.#run);
    }
    if (before.length === 0)
      for (const notice of this.#saver.notices) this.#prepared.options.onEvent?.({ type: 'notice', notice });
  }

  /** Only at planned looks: looking whenever one likes would raise the rate of false alarms. */
  #endsEarly(round: number): boolean {
    const { decoded, options } = this.#prepared;
    const looks = decoded.scenario.plan.looks ?? [];
    const isLook = looks.slice(0, -1).includes(round + 1);
    if (!isLook || options.isDecided === undefined) return false;
    return options.isDecided(this.#update({}));
  }

  /** Measures one window and says how the run goes on. */
  async #measure(window: PlannedWindow, index: number): Promise<RunStatus> {
    const { fleet, options } = this.#prepared;
    if (this.#isInterrupted()) return 'interrupted';
    const at = this.#position(window, index);
    options.onEvent?.({ type: 'window-started', at });
    let phase: WindowPhase = { name: 'priming', sessions: 0 };
    let sinceNs = nowNs();
    const monitor = new FleetMonitor(fleet, {
      signal: options.signal,
      mostErrors: this.#prepared.decoded.scenario.plan.stopAtErrors,
      onProgress: (progress, recent) => {
        const elapsedMs = Math.max(0, nowNs() - sinceNs) / 1e6;
        const asked = phase.name === 'window' ? this.#askedNow(window, elapsedMs) : undefined;
        options.onEvent?.({ type: 'progress', at, phase, progress, recent, elapsedMs, asked });
      },
    });
    const onPhase = (next: WindowPhase): void => {
      phase = next;
      sinceNs = next.name === 'window' ? next.startNs : nowNs();
      if (next.name !== 'ageing') monitor.turnTo(next.name);
    };
    try {
      const measured = await measureWindow(
        fleet,
        windowRequest(this.#prepared, { window, index, seed: this.#run.seed }),
        onPhase,
      );
      monitor.checkErrors();
      const blocks = measured.map(({ block }) => block);
      // A window that was cut short says nothing of its rate.
      if (!this.#isInterrupted()) this.#sequence.observe(blocks);
      if (window.round >= 0 || (monitor.stoppedAt !== undefined && !this.#sequence.toleratesErrors))
        for (const block of measured) this.#keep(block);
      options.onEvent?.({ type: 'window-ended', at, blocks });
    } finally {
      monitor.end();
    }
    if (this.#isInterrupted()) return 'interrupted';
    if (monitor.stoppedAt === undefined) return 'complete';
    if (this.#sequence.toleratesErrors) {
      fleet.control('run');
      return 'complete';
    }
    const cell = at.cells.map(cellLabel).join(' and ');
    this.#ownNotices.push({ code: 'stopped-on-errors', severity: 'error', cell, errorShare: monitor.stoppedAt });
    return 'stopped';
  }

  #askedNow({ bound, profile }: PlannedWindow, elapsedMs: number): AskedNow | undefined {
    return profile === undefined ? undefined : dueNow(profile, bound, elapsedMs);
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
      probePerSecond: isSearch && profile?.shape === 'constant' ? profile.perSecond : undefined,
      index,
      blocks: windows,
      plannedMs: plannedMs({ bound, profile }),
      laterMs,
    };
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
    const blocks = markProbes(this.#run.blocks, capacity);
    const summary = summarizeRun({ ...this.#run, ...change, blocks, capacity: [...capacity] });
    this.#run = { ...summary.run, notices: [...this.#ownNotices, ...noticesOf(summary)] };
    return { ...summary, run: this.#run };
  }
}

/** Said only where the fastest engine could not be had. */
const engineNotices = ({ engine, obstacles }: ChosenEngine): Notice[] =>
  obstacles.length === 0
    ? []
    : [{ code: 'engine-chosen', severity: 'info', engine: engine.name, reason: obstacles.join(' ').replace(/\.$/u, '') }];
