import { readdirSync, readFileSync } from 'node:fs';
import { decodeScenario, run, type ScenarioInput } from '../src/index.ts';

/** What the process holds when a block is over. */
export interface BlockEnd {
  readonly rssBytes: number;
  readonly descriptors: number;
}

/** What one block of an engine came to. */
export interface EngineReport {
  readonly engine: string;
  readonly full: number;
  readonly resumed: number;
  readonly declined: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly threadCpuNs: number;
  /** Per handshake, of the whole process: all threads, also those that compile and collect. `undefined` of a window too short to tell. */
  readonly processNs: number | undefined;
  readonly serverCpuNs: number;
  readonly seconds: number;
  readonly peakRssBytes: number;
  readonly blockEnds: readonly BlockEnd[];
}

/** An engine in a process of its own: takes a scenario from its parent, runs it and reports its last block. */
const measure = async (scenario: ScenarioInput): Promise<EngineReport> => {
  let window = new CpuWindow();
  const blockEnds: BlockEnd[] = [];
  const record = await run(decodeScenario(scenario, {}, 'bench'), {
    onEvent: (event) => {
      if (event.type === 'window-started') window = new CpuWindow();
      if (event.type === 'progress') window.look(event.progress.finished);
      if (event.type !== 'window-ended') return;
      blockEnds.push({ rssBytes: process.memoryUsage.rss(), descriptors: readdirSync('/proc/self/fd').length });
    },
  });
  const block = record.blocks.at(-1);
  if (block === undefined) throw new Error('nothing was measured');
  const resumed = Object.values(block.mechanisms).reduce((a, b) => a + b, 0);
  return {
    engine: `${record.engine.name} (${record.engine.library})`,
    full: block.honoured - resumed,
    resumed,
    declined: Object.values(block.declined).reduce((a, b) => a + b, 0),
    errors: block.errors,
    threadCpuNs: block.cpuClientNs ?? Number.NaN,
    processNs: window.nsPerHandshake(),
    serverCpuNs: block.cpuServerNs ?? Number.NaN,
    seconds: block.durationNs / 1e9,
    peakRssBytes: peakRssBytes(),
    blockEnds,
  };
};

/** CPU time of the whole process between the first and the last look into a window: priming and evaluation are outside. */
class CpuWindow {
  #first: { readonly cpu: NodeJS.CpuUsage; readonly finished: number } | undefined;
  #usedUs = 0;
  #finished = 0;

  look(finished: number): void {
    if (finished === 0) return;
    this.#first ??= { cpu: process.cpuUsage(), finished };
    const used = process.cpuUsage(this.#first.cpu);
    this.#usedUs = used.user + used.system;
    this.#finished = finished - this.#first.finished;
  }

  nsPerHandshake(): number | undefined {
    return this.#finished === 0 ? undefined : (this.#usedUs * 1e3) / this.#finished;
  }
}

/** The most memory that this process has had resident. */
const peakRssBytes = (): number => {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/mu.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
};

process.once('message', (scenario: ScenarioInput) => {
  void measure(scenario).then((report) => {
    process.send?.(report);
    process.disconnect();
  });
});
