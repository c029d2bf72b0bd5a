import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { compareStates } from '../../analysis/compare/states.ts';
import { compareSettingsOf } from '../../analysis/settings-of-run.ts';
import { summarizeRun, type RunSummary } from '../../analysis/summary/run-summary.ts';
import { decideGates } from '../../analysis/gate/decide.ts';
import { storedGates } from '../../analysis/gate/decide-stored.ts';
import { EXIT, ResumarkError } from '../../domain/error.ts';
import type { GateDecision } from '../../domain/gate.ts';
import { renderComparisons } from '../../report/comparison/formats.ts';
import type { DecimalSign } from '../../report/csv.ts';
import {
  COMBINED_FORMATS,
  isSplitFormat,
  render,
  renderAll,
  renderFiles,
  type Format,
  type SplitFormat,
} from '../../report/formats.ts';
import { readRun } from '../../run/files/run-folder.ts';
import type { CommandContext } from '../context.ts';
import { styleOf, type Terminal } from '../terminal.ts';
import type { ParsedFlags } from '../flags.ts';
import { choiceOf, comparisonFormatOf, formatOf, formatOption } from '../format.ts';

/** `report <run...>`: renders stored runs; it never measures. */
export const reportCommand = ({ terminal, exitWith }: CommandContext): CommandModule => ({
  command: 'report <run...>',
  describe: 'Render stored runs in any format',
  builder: (yargs: Argv) =>
    yargs
      .positional('run', { type: 'string', array: true, describe: 'Run folders, or their run.json' })
      .options(OPTIONS)
      .example('$0 report results/20260101T120000Z_demo --format markdown', 'for a pull request')
      .example('$0 report results/20260101T120000Z_demo --compare', 'the changes from before to after')
      .example('$0 report results/20260101T120000Z_demo --format hgrm -o plots', "a file per cell, for HdrHistogram's plotter"),
  handler: async (parsed) => {
    const rendered = rendererOf(parsed, terminal);
    const runs = await Promise.all((parsed['run'] as readonly string[]).map(readRun));
    terminal.out(await rendered(runs.map(summarizeRun)));
    exitWith(EXIT.done);
  },
});

const OPTIONS = {
  format: formatOption,
  compare: { type: 'boolean', describe: 'Compare the states of each run, instead of showing the run itself' },
  output: {
    alias: 'o',
    type: 'string',
    requiresArg: true,
    describe: 'Folder to write hgrm or hlog to, a file per cell',
  },
  decimal: {
    type: 'string',
    requiresArg: true,
    default: 'point',
    describe: 'Sign before fractions in CSV: point, or comma with semicolons between values',
  },
} as const;

type Renderer = (summaries: readonly RunSummary[]) => string | Promise<string>;

/** Everything that can be refused is refused before anything is read. */
const rendererOf = (parsed: ParsedFlags, terminal: Terminal): Renderer => {
  const decimal = choiceOf('--decimal', parsed['decimal'], ['point', 'comma']);
  const { output } = parsed;
  const isSeveral = (parsed['run'] as readonly string[]).length > 1;
  if (parsed['compare'] === true) return comparer(parsed, terminal, decimal);
  const format = formatOf(parsed['format']);
  if (isSeveral && !COMBINED_FORMATS.includes(format)) throw holdsOneRun(format, COMBINED_FORMATS);
  if (typeof output === 'string') return fileWriter(format, output);
  if (isSeveral) return (summaries) => renderAll(summaries, format, { style: styleOf(terminal), decimal }) ?? '';
  return ([summary]) =>
    summary === undefined ? '' : render(oneCurve(summary, format), format, optionsOf(summary, format, terminal, decimal));
};

const optionsOf = (summary: RunSummary, format: Format, terminal: Terminal, decimal: DecimalSign) =>
  ({ style: styleOf(terminal), decimal, decision: decisionOf(summary, format) }) as const;

const comparer = (parsed: ParsedFlags, terminal: Terminal, decimal: DecimalSign): Renderer => {
  const format = comparisonFormatOf(parsed['format']);
  // Its rows name states, which are those of every run.
  if (format === 'csv' && (parsed['run'] as readonly string[]).length > 1)
    throw holdsOneRun('csv --compare', ['table', 'markdown', 'json']);
  return (summaries) =>
    renderComparisons(
      summaries.flatMap((summary) => compareStates(summary)),
      format,
      { columns: terminal.columns, decimal },
    );
};

const holdsOneRun = (format: string, others: readonly string[]): ResumarkError =>
  new ResumarkError(
    'USAGE',
    `--format ${format} holds one run, but several are given.`,
    `Render each of them alone, or all in one of ${others.join(', ')}.`,
  );

/** A plotter reads several curves in one file as a single one that jumps. */
const oneCurve = (summary: RunSummary, format: Format): RunSummary => {
  const curves = format === 'hgrm' ? renderFiles(summary, format).length : 1;
  if (curves <= 1) return summary;
  throw new ResumarkError(
    'USAGE',
    `--format hgrm holds one curve, but ${summary.run.id} has ${String(curves)}.`,
    'Write a file for each with --output <folder>.',
  );
};

const fileWriter = (format: Format, folder: string): Renderer => {
  if (!isSplitFormat(format)) {
    throw new ResumarkError(
      'USAGE',
      `--output is for --format hgrm and hlog, which can be a file per cell, but the format is ${format}.`,
      'Redirect standard output to a file.',
    );
  }
  return ([summary]) => (summary === undefined ? '' : written(summary, format, folder));
};

/** @returns the paths of the files that were written, a line each. */
const written = async (summary: RunSummary, format: SplitFormat, folder: string): Promise<string> => {
  const files = renderFiles(summary, format).map(({ name, text }) => ({ path: join(folder, name), text }));
  try {
    await mkdir(folder, { recursive: true });
    for (const { path, text } of files) await writeFile(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ResumarkError('USAGE', `the folder ${folder} of --output cannot be written: ${code ?? String(error)}.`);
  }
  return files.map(({ path }) => `${path}\n`).join('');
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
