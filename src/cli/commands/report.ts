import type { Argv, CommandModule } from 'yargs';
import { compareStates } from '../../analysis/compare/states.ts';
import { compareSettingsOf } from '../../analysis/settings-of-run.ts';
import { summarizeRun, type RunSummary } from '../../analysis/summary/run-summary.ts';
import { decideGates } from '../../analysis/gate/decide.ts';
import { storedGates } from '../../analysis/gate/decide-stored.ts';
import { EXIT } from '../../domain/error.ts';
import type { GateDecision } from '../../domain/gate.ts';
import { renderComparison } from '../../report/comparison/formats.ts';
import { render, type Format } from '../../report/formats.ts';
import type { TerminalStyle } from '../../report/terminal.ts';
import { readRun } from '../../run/files/run-folder.ts';
import type { CommandContext } from '../context.ts';
import { styleOf } from '../terminal.ts';
import type { ParsedFlags } from '../flags.ts';
import { comparisonFormatOf, formatOf, formatOption } from '../format.ts';

/** `report <run...>`: renders stored runs; it never measures. */
export const reportCommand = ({ terminal, exitWith }: CommandContext): CommandModule => ({
  command: 'report <run...>',
  describe: 'Render stored runs in any format',
  builder: (yargs: Argv) =>
    yargs
      .positional('run', { type: 'string', array: true, describe: 'Run folders, or their run.json' })
      .option('format', formatOption)
      .option('compare', { type: 'boolean', describe: 'Compare the states of each run, instead of showing the run itself' })
      .example('$0 report results/20260101T120000Z_demo --format markdown', 'for a pull request')
      .example('$0 report results/20260101T120000Z_demo --compare', 'the changes from before to after'),
  handler: async (parsed) => {
    const rendered = rendererOf(parsed, styleOf(terminal));
    const runs = await Promise.all((parsed['run'] as readonly string[]).map(readRun));
    for (const run of runs) terminal.out(rendered(summarizeRun(run)));
    exitWith(EXIT.done);
  },
});

/** The format is checked before anything is read. */
const rendererOf = (parsed: ParsedFlags, style: TerminalStyle): ((summary: RunSummary) => string) => {
  if (parsed['compare'] === true) {
    const format = comparisonFormatOf(parsed['format']);
    return (summary) =>
      compareStates(summary)
        .map((comparison) => renderComparison(comparison, format, style))
        .join('');
  }
  const format = formatOf(parsed['format']);
  return (summary) => render(summary, format, { style, decision: decisionOf(summary, format) });
};

/**
 * The decision of the record, or else one on the gates of the run's scenario; none for JSON, which is
 * nothing but the record.
 */
const decisionOf = (summary: RunSummary, format: Format): GateDecision | undefined => {
  if (summary.run.gates !== undefined) return summary.run.gates;
  const gates = storedGates(summary);
  return gates.length === 0 || format === 'json'
    ? undefined
    : decideGates(summary, { gates, settings: compareSettingsOf(summary.settings) });
};
