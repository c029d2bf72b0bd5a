import { randomInt } from 'node:crypto';
import { noticesOf } from '../analysis/notices.ts';
import { summarize } from '../analysis/summary.ts';
import { cellId, cellLabel, type Cell } from '../domain/cell.ts';
import type { Notice } from '../domain/notice.ts';
import type { Protocol } from '../domain/protocol.ts';
import { RUN_FORMAT, type RunRecord, type RunStatus, type Shortcut } from '../domain/run-record.ts';
import type { Negotiated } from '../engine/engine.ts';
import type { Fleet } from '../load/fleet.ts';
import type { MeasuredBlock, VisitOrder } from '../load/visit-order.ts';
import { measureVisit } from '../load/visit.ts';
import type { DecodedScenario } from '../scenario/decode.ts';
import { expand } from '../scenario/expand.ts';
import { expectation } from '../scenario/expectation.ts';
import { planVisits, profileOf, roundsOf, type PlannedVisit } from '../scenario/plan.ts';
import type { Interleave, Scenario } from '../scenario/schema.ts';
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

/** A folder is rendered anew after so many times the time that it took. */
const RENDER_EVERY = 9;

export interface ExecuteOptions {
  readonly onEvent?: (event: RunEvent) => void;
  /** Ends the run: the window is closed, what was measured is kept, and the run's status says `interrupted`. */
  readonly signal?: AbortSignal;
  /** Asked after the planned looks but the last: whether what was measured decides, so that the run may end early. */
  readonly isDecided?: (run: RunRecord) => boolean;
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
  readonly #plan: readonly PlannedVisit[];
  readonly #ownNotices: Notice[];
  #run: RunRecord;
  #nextRenderMs = 0;

  constructor(prepared: Prepared) {
    const { scenario } = prepared.decoded;
    const expansion = expand(scenario);
    const { cells, impossible } = expansion;
    const seed = scenario.seed ?? randomInt(2 ** 32);
    const interleave = interleaveOf(scenario, prepared.chosen);
    this.#prepared = prepared;
    this.#plan = planVisits(scenario, expansion, { seed, interleave });
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
    for (const [index, visit] of this.#plan.entries()) {
      const status = await this.#measure(visit, index);
      if (status !== 'complete') return status;
      const endsRound = this.#plan[index + 1]?.round !== visit.round;
      if (visit.round >= 0 && endsRound) {
        await this.#saveRound(store);
        if (this.#endsEarly(visit.round)) return 'complete';
      }
    }
    return 'complete';
  }

  /** The record always; what is rendered from it, which takes longer with every round, as often as it costs a tenth of the time at most. */
  async #saveRound(store: RunStore | undefined): Promise<void> {
    const startMs = performance.now();
    if (startMs < this.#nextRenderMs) {
      await store?.saveRecord(this.#run);
      return;
    }
    this.#update({});
    await store?.save(this.#run);
    const endMs = performance.now();
    this.#nextRenderMs = endMs + RENDER_EVERY * (endMs - startMs);
  }

  /** Only at planned looks: looking whenever one likes would raise the rate of false alarms. */
  #endsEarly(round: number): boolean {
    const { decoded, options } = this.#prepared;
    const looks = decoded.scenario.plan.looks ?? [];
    const isLook = looks.slice(0, -1).includes(round + 1);
    if (!isLook || options.isDecided === undefined) return false;
    this.#update({});
    return options.isDecided(this.#run);
  }

  /** Measures one window and says how the run goes on. */
  async #measure(visit: PlannedVisit, index: number): Promise<RunStatus> {
    const { fleet, options } = this.#prepared;
    if (this.#isInterrupted()) return 'interrupted';
    const at = this.#position(visit, index);
    options.onEvent?.({ type: 'block-started', at });
    const watch = new Watch(fleet, {
      signal: options.signal,
      onProgress: (progress, elapsedMs) => options.onEvent?.({ type: 'progress', at, progress, elapsedMs }),
    });
    try {
      const measured = await measureVisit(fleet, this.#order(visit, index));
      if (visit.round >= 0 || watch.stoppedAt !== undefined) for (const block of measured) this.#keep(block);
      options.onEvent?.({ type: 'block-ended', at, recordings: measured.map(({ recording }) => recording) });
    } finally {
      watch.end();
    }
    if (this.#isInterrupted()) return 'interrupted';
    if (watch.stoppedAt === undefined) return 'complete';
    const cell = at.cells.map(cellLabel).join(' and ');
    this.#ownNotices.push({ code: 'stopped-on-errors', severity: 'error', cell, errorShare: watch.stoppedAt });
    return 'stopped';
  }

  #isInterrupted(): boolean {
    return this.#prepared.options.signal?.aborted ?? false;
  }

  #order(visit: PlannedVisit, index: number): VisitOrder {
    const { scenario } = this.#prepared.decoded;
    const profile = profileOf(scenario);
    return {
      visit,
      streams: visit.streams.map((stream) => {
        const state = this.#state(stream.cell);
        return { ...stream, settings: clientSettings(scenario, state, stream.cell), serverCpu: state.cpu };
      }),
      concurrency: scenario.load.concurrency,
      sessions: sessionsOf(scenario),
      isSequential: scenario.load.model === 'sequential',
      schedule: profile === undefined ? undefined : { profile, pattern: scenario.load.arrivals },
      // Every window has an order of its own, and all of them follow from the run's seed.
      seed: (this.#run.seed + (index + 1) * 0x9e3779b1) % 2 ** 32,
      tapEvery: TAP_EVERY,
      policy: scenario.load.sessions,
      offerAfterMs: scenario.load.offerAfter,
    };
  }

  #state(cell: Cell): OpenState {
    const state = this.#prepared.states.find(({ label }) => label === cell.state);
    if (state === undefined) throw new TypeError(`no open state ${cell.state}`);
    return state;
  }

  #position({ streams, round }: PlannedVisit, index: number): BlockPosition {
    const cells = streams.map(({ cell }) => cell);
    return { cells, round, rounds: roundsOf(this.#prepared.decoded.scenario), index, blocks: this.#plan.length };
  }

  #keep({ recording, negotiated }: MeasuredBlock): void {
    const id = recording.cell;
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
      planned: this.#plan.filter(({ round }) => round >= 0).flatMap(({ streams }) => streams).length,
    });
  }

  #update(change: Partial<Pick<RunRecord, 'status' | 'endedAt'>>): void {
    const run = { ...this.#run, ...change };
    this.#run = { ...run, notices: [...this.#ownNotices, ...noticesOf(run, summarize(run))] };
  }
}

const shortcutsOf = ({ tls, spin }: Scenario): Shortcut[] => [
  ...(tls.keyShare === 'reuse' ? (['key-share-reused'] as const) : []),
  ...(tls.signatureCheck ? [] : (['signature-unchecked'] as const)),
  ...(spin ? (['spinning'] as const) : []),
];

/** Said only where the fastest engine could not be had. */
const engineNotices = ({ engine, obstacles }: ChosenEngine): Notice[] =>
  obstacles.length === 0
    ? []
    : [{ code: 'engine-chosen', severity: 'info', engine: engine.name, reason: obstacles.join(' ').replace(/\.$/u, '') }];

/**
 * Handshakes of two states in turns share every moment of the machine, which is what a comparison needs. Where the engine cannot tell CPU
 * time apart, or the load is one event, the states take turns by windows.
 */
const interleaveOf = (scenario: Scenario, { engine }: ChosenEngine): Interleave => {
  if (Object.keys(scenario.states).length === 1) return 'block';
  return scenario.plan.interleave ?? (engine.tellsTurns && scenario.load.model === 'closed' ? 'handshake' : 'block');
};

/** As many as are in flight in closed load; in a storm one per client; for a rate as many as arrive in 50 ms. */
const sessionsOf = (scenario: Scenario): number => {
  const { load } = scenario;
  if (load.model === 'storm') return load.clients ?? load.concurrency;
  const profile = profileOf(scenario);
  if (profile === undefined) return load.concurrency;
  const perSecond = profile.shape === 'constant' ? profile.perSecond : Math.max(profile.fromPerSecond, profile.toPerSecond);
  return Math.min(load.concurrency, Math.max(LEAST_SESSIONS, Math.ceil(perSecond / 20)));
};

const LEAST_SESSIONS = 16;

const newRun = (
  { decoded, chosen, states, negotiated, fleet }: Prepared,
  {
    cells,
    seed,
    interleave,
    startedAt,
  }: { readonly cells: readonly Cell[]; readonly seed: number; readonly interleave: Interleave; readonly startedAt: Date },
): RunRecord => ({
  format: RUN_FORMAT,
  id: `${startedAt.toISOString().slice(0, 19).replaceAll(':', '').replaceAll('-', '')}Z_${decoded.scenario.name}`,
  name: decoded.scenario.name,
  status: 'running',
  tool: { name: 'resumark', version },
  startedAt: startedAt.toISOString(),
  endedAt: null,
  environment: describeEnvironment(),
  engine: {
    name: chosen.engine.name,
    library: chosen.engine.library,
    reason: chosen.reason,
    shortcuts: shortcutsOf(decoded.scenario),
  },
  workers: fleet.size,
  seed,
  interleave,
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
