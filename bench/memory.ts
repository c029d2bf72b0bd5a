import { baseScenario, runEngine, wantedEngines } from './engines.ts';
import { markdownTable } from './markdown.ts';
import type { BenchOptions } from './options.ts';
import type { BenchServers } from './server.ts';

/** Each connection of a measurement of memory has a few handshakes, so that all of them are in flight together for a while. */
const HANDSHAKES_EACH = 2;

const LEAST_HANDSHAKES = 2000;

/** Resident memory as the number of connections in flight grows. What the kernel holds for sockets is not in it. */
export const benchMemory = async (options: BenchOptions, { perCore }: BenchServers): Promise<string> => {
  const rows: string[][] = [];
  for (const engine of wantedEngines(options)) {
    let least: { readonly inFlight: number; readonly bytes: number } | undefined;
    for (const inFlight of options.inFlight) {
      process.stderr.write(`memory: ${engine}, ${String(inFlight)} in flight\n`);
      const report = await runEngine({
        ...baseScenario(engine, perCore),
        protocols: ['TLSv1.2'],
        modes: ['full'],
        load: { concurrency: inFlight },
        plan: { rounds: 1, handshakes: Math.max(LEAST_HANDSHAKES, inFlight * HANDSHAKES_EACH), warmup: 0 },
        connection: { timeout: '60s' },
      });
      least ??= { inFlight, bytes: report.peakRssBytes };
      rows.push([
        engine,
        String(inFlight),
        `${(report.peakRssBytes / 1e6).toFixed(0)} MB`,
        inFlight === least.inFlight
          ? ''
          : `${((report.peakRssBytes - least.bytes) / 1e3 / (inFlight - least.inFlight)).toFixed(1)} kB`,
        String(report.full),
        errorText(report.errors),
      ]);
    }
  }
  const header = ['engine', 'in flight', 'peak resident', 'growth per connection', 'handshakes', 'errors'];
  return `## Memory\n\n${markdownTable(header, rows)}`;
};

const errorText = (errors: Readonly<Record<string, number>>): string =>
  Object.entries(errors)
    .map(([kind, count]) => `${String(count)} ${kind}`)
    .join(', ') || 'none';
