import { baseScenario, runEngine, wantedEngines } from './engines.ts';
import { markdownTable } from './markdown.ts';
import type { BenchOptions } from './options.ts';
import type { BenchServers } from './server.ts';

const BLOCKS = 10;

/** Many handshakes of one process: a leak of connections, sessions, descriptors or objects shows as memory that grows from block to block. */
export const benchSoak = async (options: BenchOptions, { perCore }: BenchServers): Promise<string> => {
  const sections: string[] = [];
  for (const engine of wantedEngines(options)) {
    for (const what of options.cases) {
      process.stderr.write(`soak: ${engine}, ${what.label}, ${String(options.handshakes)} handshakes\n`);
      const report = await runEngine({
        ...baseScenario(engine, perCore),
        protocols: [what.protocol],
        modes: [what.mode],
        load: { concurrency: options.concurrency },
        plan: { rounds: BLOCKS, handshakes: options.handshakes, warmup: 0 },
      });
      const header = ['after handshakes', 'resident', 'descriptors open'];
      const rows = report.blockEnds.map(({ rssBytes, descriptors }, i) => [
        String(Math.round(((i + 1) * options.handshakes) / BLOCKS)),
        `${(rssBytes / 1e6).toFixed(1)} MB`,
        String(descriptors),
      ]);
      const declined = report.declined === 0 ? '' : `, ${String(report.declined)} declined`;
      sections.push(`### ${engine}, ${what.label}${declined}\n\n${markdownTable(header, rows)}`);
    }
  }
  return `## Soak\n\n${sections.join('\n')}`;
};
