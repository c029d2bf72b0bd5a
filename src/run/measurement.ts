import { randomInt } from 'node:crypto';
import { noticesOf } from '../analysis/notices.ts';
import { summarize } from '../analysis/summary.ts';
import { cellId, cellLabel, type Cell } from '../domain/cell.ts';
import type { Notice } from '../domain/notice.ts';
import type { Protocol } from '../domain/protocol.ts';
import { RUN_FORMAT, type RunRecord, type RunStatus } from '../domain/run-record.ts';
import type { Negotiated } from '../engine/engine.ts';
import { measureBlock, type MeasuredBlock } from '../load/block.ts';
import type { Fleet } from '../load/fleet.ts';
import type { DecodedScenario } from '../scenario/decode.ts';
import { expand } from '../scenario/expand.ts';
import { expectation } from '../scenario/expectation.ts';
import { planBlocks, roundsOf, type PlannedBlock } from '../scenario/plan.ts';
import type { ChosenEngine } from './choose-engine.ts';
import { clientSettings } from './client-settings.ts';
import { describeEnvironment } from './environment.ts';
import type { BlockPosition, RunEvent } from './event.ts';
import { stateRecord, type OpenState } from './open-states.ts';
import type { RunStore } from './store.ts';
import { version } from './version.ts';
import { Watch } from './watch.ts';

/** One in so many measured handshakes has its hellos read, where reading costs; primings always have. */
const TAP_EVERY = 32;

export interface ExecuteOptions {
  readonly onEvent?: (event: RunEvent) => void;
  /** Ends the run: the window is closed, what was measured is kept, and the run's status says `interrupted`. */
  readonly signal?: AbortSignal;
  /** Where the run is written after each round, made by its ID; without it nothing is written. */
  readonly store?: (runId: string) => Promise<RunStore>;
}

/** Everything that is ready when measuring begins. */
export interface Prepared {
  readonly decoded: DecodedScenario;
  readonly chosen: ChosenEngine;
  readonly states: readonly OpenState[];
  /** What the preflight negotiated, by `negotiatedKey`. */
  readonly negotiated: ReadonlyMap<string, Negotiated>;
  readonly fleet: Fleet;
  readonly options: ExecuteOptions;
}

export const negotiatedKey = (state: string, protocol: Protocol): string => `${state} ${protocol}`;

/** The measuring part of a run: goes through the plan and keeps the record. */
export class Measurement {
  readonly #prepared: Prepared;
  readonly #plan: readonly PlannedBlock[];
  readonly #ownNotices: Notice[];
  #run: RunRecord;

  constructor(prepared: Prepared) {
    const { scenario } = prepared.decoded;
    const { cells, impossible } = expand(scenario);
    const seed = scenario.seed ?? randomInt(2 ** 32);
    this.#prepared = prepared;
    this.#plan = planBlocks(scenario, cells, seed);
    this.#ownNotices = [
      ...engineNotices(prepared.chosen),
      ...impossible.map<Notice>(({ cell, reason }) => ({
        code: 'cell-skipped',
        severity: 'info',
        cell: cellLabel(cell),
        reason,
      })),
    ];
    this.#run = newRun(prepared, { cells, seed, startedAt: new Date() });
  }

  async run(): Promise<RunRecord> {
    const { options } = this.#prepared;
    const store = await options.store?.(this.#run.id);
    options.onEvent?.({ type: 'started', run: this.#run, folder: store?.folder });
    const status = await this.#measureAll(store);
    if (status === 'interrupted') this.#noteInterrupt();
    this.#update({ status, endedAt: new Date().toISOString() });
    await store?.save(this.#run);
    options.onEvent?.({ type: 'ended', run: this.#run });
    return this.#run;
  }

  /** Goes through the plan and saves after each round, so that a crash loses one round at most. */
  async #measureAll(store: RunStore | undefined): Promise<RunStatus> {
    for (const [index, block] of this.#plan.entries()) {
      const status = await this.#measure(block, index);
      if (status !== 'complete') return status;
      const endsRound = this.#plan[index + 1]?.round !== block.round;
      if (block.round >= 0 && endsRound) {
        this.#update({});
        await store?.save(this.#run);
      }
    }
    return 'complete';
  }

  /** Measures one block and says how the run goes on. */
  async #measure(block: PlannedBlock, index: number): Promise<RunStatus> {
    const { fleet, options } = this.#prepared;
    if (this.#isInterrupted()) return 'interrupted';
    const at = this.#position(block, index);
    options.onEvent?.({ type: 'block-started', at });
    const watch = new Watch(fleet, {
      signal: options.signal,
      onProgress: (progress, elapsedMs) => options.onEvent?.({ type: 'progress', at, progress, elapsedMs }),
    });
    try {
      const measured = await measureBlock(fleet, this.#order(block));
      if (block.round >= 0 || watch.stoppedAt !== undefined) this.#keep(block, measured);
      options.onEvent?.({ type: 'block-ended', at, recording: measured.recording });
    } finally {
      watch.end();
    }
    if (this.#isInterrupted()) return 'interrupted';
    if (watch.stoppedAt === undefined) return 'complete';
    this.#ownNotices.push({
      code: 'stopped-on-errors',
      severity: 'error',
      cell: cellLabel(block.cell),
      errorShare: watch.stoppedAt,
    });
    return 'stopped';
  }

  #isInterrupted(): boolean {
    return this.#prepared.options.signal?.aborted ?? false;
  }

  #order(block: PlannedBlock): Parameters<typeof measureBlock>[1] {
    const { decoded, states } = this.#prepared;
    const state = states.find(({ label }) => label === block.cell.state);
    if (state === undefined) throw new TypeError(`no open state ${block.cell.state}`);
    return {
      block,
      settings: clientSettings(decoded.scenario, state, block.cell),
      concurrency: decoded.scenario.load.concurrency,
      tapEvery: TAP_EVERY,
      policy: decoded.scenario.load.sessions,
      serverCpu: state.cpu,
    };
  }

  #position({ cell, round }: PlannedBlock, index: number): BlockPosition {
    return { cell, round, rounds: roundsOf(this.#prepared.decoded.scenario), index, blocks: this.#plan.length };
  }

  #keep(block: PlannedBlock, { recording, negotiated }: MeasuredBlock): void {
    const id = cellId(block.cell);
    const isStated = this.#run.blocks.some((kept) => kept.cell === id && kept.honoured > 0);
    this.#run = {
      ...this.#run,
      blocks: [...this.#run.blocks, recording],
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
      planned: this.#plan.filter((block) => block.round >= 0).length,
    });
  }

  #update(change: Partial<Pick<RunRecord, 'status' | 'endedAt'>>): void {
    const run = { ...this.#run, ...change };
    this.#run = { ...run, notices: [...this.#ownNotices, ...noticesOf(run, summarize(run))] };
  }
}

/** Said only where the fastest engine could not be had. */
const engineNotices = ({ engine, obstacles }: ChosenEngine): Notice[] =>
  obstacles.length === 0
    ? []
    : [{ code: 'engine-chosen', severity: 'info', engine: engine.name, reason: obstacles.join(' ').replace(/\.$/u, '') }];

const newRun = (
  { decoded, chosen, states, negotiated, fleet }: Prepared,
  { cells, seed, startedAt }: { readonly cells: readonly Cell[]; readonly seed: number; readonly startedAt: Date },
): RunRecord => ({
  format: RUN_FORMAT,
  id: `${startedAt.toISOString().slice(0, 19).replaceAll(':', '').replaceAll('-', '')}Z_${decoded.scenario.name}`,
  name: decoded.scenario.name,
  status: 'running',
  tool: { name: 'resumark', version },
  startedAt: startedAt.toISOString(),
  endedAt: null,
  environment: describeEnvironment(),
  engine: { name: chosen.engine.name, library: chosen.engine.library, reason: chosen.reason },
  workers: fleet.size,
  seed,
  tapShare: chosen.engine.readsEveryHello ? 1 : 1 / TAP_EVERY,
  scenario: decoded.scenario,
  sources: decoded.sources,
  states: states.map(stateRecord),
  cells: cells.map((cell) => ({
    id: cellId(cell),
    ...cell,
    expected: expectation(decoded.scenario, cell),
    negotiated: negotiated.get(negotiatedKey(cell.state, cell.protocol)) ?? null,
  })),
  blocks: [],
  notices: [],
});
