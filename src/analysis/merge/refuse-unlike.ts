import { ResumarkError } from '../../domain/error.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { settingsOfRun } from '../settings-of-run.ts';
import type { MergeSource } from './merge-source.ts';
import { commonSettings, isMapping } from './merged-scenario.ts';

/**
 * Refuses runs that are not parts of one load.
 *
 * @throws ResumarkError USAGE for a run that is given twice; RESULT_FILE for runs that differ, or that several machines cannot make together.
 */
export const refuseUnlike = (sources: readonly MergeSource[]): void => {
  if (sources.length < 2) return;
  for (const source of sources) refuseAlone(source);
  for (const [i, source] of sources.entries()) {
    for (const other of sources.slice(i + 1)) {
      refuseTwice(source, other);
      refuseDifferent(source, other);
    }
  }
};

/** Loads that are one machine's by their nature, and servers that another machine has not loaded. */
const refuseAlone = ({ folder, run }: MergeSource): void => {
  const { model } = settingsOfRun(run).load;
  if (model === 'sequential' || model === 'capacity') {
    const what = model === 'sequential' ? 'one handshake at a time' : 'a search for the highest rate';
    throw new ResumarkError(
      'RESULT_FILE',
      `${folder} cannot be merged with other runs: its load is ${what}, which several machines have not made together.`,
      'Load with --concurrency or --rate on every machine.',
    );
  }
  const own = run.states.find(({ kind }) => kind !== 'target');
  if (own === undefined) return;
  throw new ResumarkError(
    'RESULT_FILE',
    `${folder} cannot be merged with other runs: the server of its state ${own.label} was started by the run itself, so no other machine has loaded it.`,
    'Merge runs against a target, given as host:port.',
  );
};

/** Told by what was measured: machines that are started together have runs of one ID that begin in the same millisecond. */
const refuseTwice = ({ folder, run }: MergeSource, other: MergeSource): void => {
  const known = startsOf(run);
  if (!startsOf(other.run).some((start) => known.includes(start))) return;
  throw new ResumarkError(
    'USAGE',
    `${folder} and ${other.folder} hold one run: ${run.id}, started at ${run.startedAt}.`,
    'Give each run once.',
  );
};

/** When each machine began its first window, to the nanosecond. */
const startsOf = ({ blocks: [first] }: RunRecord): bigint[] =>
  first?.hosts.map(({ startSkewNs = 0 }) => BigInt(first.startUnixNs) + BigInt(Math.round(startSkewNs))) ?? [];

const refuseDifferent = (first: MergeSource, other: MergeSource): void => {
  const found =
    differenceOf(commonFacts(first.run), commonFacts(other.run)) ??
    differenceOf(negotiatedBeside(first.run, other.run), negotiatedBeside(other.run, first.run));
  if (found === undefined) return;
  throw new ResumarkError(
    'RESULT_FILE',
    `the runs cannot be merged: ${found.path} is ${valueText(found.a)} in ${first.folder}, but ${valueText(found.b)} in ${other.folder}.`,
    'Run one scenario on every machine: only workers, sources, seed, paths of files and the amount of load may differ.',
  );
};

/** Everything that has to be the same in runs that are merged. */
const commonFacts = ({ tool, engine, ending, interleave, scenario, states }: RunRecord): unknown => ({
  tool,
  scenario: commonSettings(scenario),
  engine: { name: engine.name, library: engine.library, shortcuts: engine.shortcuts },
  ending: ending?.style,
  interleave,
  states: Object.fromEntries(
    states.map(({ label, target, address, port, serverName, verified }) => [
      label,
      { target, address, port, serverName, verified },
    ]),
  ),
});

/** What a run negotiated in each cell of which another knows it too; the certificate is part of it. */
const negotiatedBeside = ({ cells }: RunRecord, other: RunRecord): unknown => {
  const known = new Set(other.cells.filter(({ negotiated }) => negotiated !== null).map(({ id }) => id));
  const both = cells.filter(({ id, negotiated }) => negotiated !== null && known.has(id));
  return { negotiated: Object.fromEntries(both.map(({ id, negotiated }) => [id, negotiated])) };
};

interface Difference {
  readonly path: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** The first place at which two values differ; undefined where they do not. */
const differenceOf = (a: unknown, b: unknown, path: readonly string[] = []): Difference | undefined => {
  if (!isMapping(a) || !isMapping(b)) return JSON.stringify(a) === JSON.stringify(b) ? undefined : { path: path.join('.'), a, b };
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = differenceOf(a[key], b[key], [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
};

const valueText = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value));
