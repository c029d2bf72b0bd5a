import type { EngineChoice } from '../src/engine/open.ts';
import type { CellContext, LoadGenerator, LoadProgress, MeasuredLoad } from '../src/load/load-generator.ts';
import type { LoadSource } from '../src/load/load-source.ts';
import type { Control } from '../src/load/protocol/counters.ts';
import type { WindowPart } from '../src/load/protocol/messages.ts';
import type { Scenario } from '../src/scenario/schema.ts';

/** Windows of a group: each generator's are as late in it as the other's are, so that a drift hits both alike. */
const ORDER = ['first', 'second', 'second', 'first'] as const;

export const GROUP_SIZE = ORDER.length;

export type Turn = (typeof ORDER)[number];

/** Called around each window, with what loads it. */
export interface Watch {
  readonly begins: (turn: Turn) => void;
  readonly ends: (turn: Turn, load: MeasuredLoad) => void;
}

/** Two load generators of one run, which take its windows in turns: as near to each other in time as they can be compared. */
export class TwoGenerators implements LoadGenerator {
  readonly agents = undefined;
  readonly #generators: Readonly<Record<Turn, LoadGenerator>>;
  readonly #watch: Watch;
  #windows = 0;
  #turn: Turn = 'first';

  private constructor(generators: Readonly<Record<Turn, LoadGenerator>>, watch: Watch) {
    this.#generators = generators;
    this.#watch = watch;
  }

  static source(first: LoadSource, second: LoadSource, watch: Watch): LoadSource {
    return {
      check: async (scenario) => {
        for (const source of [first, second]) await source.check(scenario);
      },
      start: async (engine: EngineChoice, scenario: Scenario) => {
        const generators = { first: await first.start(engine, scenario), second: await second.start(engine, scenario) };
        return new TwoGenerators(generators, watch);
      },
    };
  }

  get workers(): number {
    return this.#current.workers;
  }

  get startMarginNs(): number {
    return this.#current.startMarginNs;
  }

  get #current(): LoadGenerator {
    return this.#generators[this.#turn];
  }

  get #all(): readonly LoadGenerator[] {
    return [this.#generators.first, this.#generators.second];
  }

  async open(contexts: readonly CellContext[]): Promise<void> {
    for (const generator of this.#all) await generator.open(contexts);
  }

  arm(parts: readonly WindowPart[]): Promise<void> {
    this.#turn = ORDER[this.#windows++ % GROUP_SIZE] ?? 'first';
    this.#watch.begins(this.#turn);
    return this.#current.arm(parts);
  }

  async measure(startInNs: number): Promise<MeasuredLoad> {
    const load = await this.#current.measure(startInNs);
    this.#watch.ends(this.#turn, load);
    return load;
  }

  progress(): LoadProgress {
    return this.#current.progress();
  }

  control(control: Control): void {
    for (const generator of this.#all) generator.control(control);
  }

  async close(): Promise<void> {
    for (const generator of this.#all) await generator.close();
  }
}
