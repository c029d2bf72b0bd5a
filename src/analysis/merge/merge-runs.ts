import type { AgentRecord } from '../../domain/agent-record.ts';
import { ResumarkError } from '../../domain/error.ts';
import type { Notice, NoticeCode } from '../../domain/notice.ts';
import type { CellRecord, RunRecord, RunStatus } from '../../domain/run-record.ts';
import type { StateRecord } from '../../domain/state-record.ts';
import { sumOf } from '../../stats/descriptive.ts';
import { noticesOf } from '../notices/notices.ts';
import { summarizeRun } from '../summary/run-summary.ts';
import { namedSources, type MergeSource } from './merge-source.ts';
import { mergedAgents } from './merged-agents.ts';
import { mergedBlock } from './merged-block.ts';
import { mergedScenario } from './merged-scenario.ts';
import { refuseUnlike } from './refuse-unlike.ts';
import { sharedBlocks, type SharedBlocks } from './shared-blocks.ts';

/**
 * Merges the runs of several machines that loaded one target at the same time, as if the machines had been agents of one run: blocks that
 * every run has are merged without loss, others are left out and named. The order of the runs does not matter.
 *
 * Windows are put side by side by each machine's own clock.
 *
 * @param given the folder of each run names its machine.
 * @throws ResumarkError USAGE for none, and for a run that is given twice; RESULT_FILE for runs that are not parts of one load.
 */
export const mergeRuns = (given: readonly MergeSource[]): RunRecord => {
  refuseUnlike(given);
  const sources = namedSources(given);
  const runs = sources.map(({ run }) => run);
  const [first] = runs;
  if (first === undefined) throw new ResumarkError('USAGE', 'there is no run to merge.');
  const blocks = sharedBlocks(sources);
  if (blocks.shared.length === 0 && blocks.all > 0) throw nothingShared(runs);
  const agents = mergedAgents(sources, blocks);
  const merged: RunRecord = {
    ...first,
    id: `${timeOf(first)}_${first.name}-merged`,
    status: statusOf(runs, agents, blocks),
    endedAt: lastEnd(runs),
    workers: sumOf(runs, ({ workers }) => workers),
    agents,
    scenario: mergedScenario(runs.map(({ scenario }) => scenario)),
    states: first.states.map((state) => mergedState(state, runs)),
    cells: sharedCells(first, runs),
    blocks: blocks.shared.map(mergedBlock),
    command: undefined,
    gates: undefined,
    notices: [],
  };
  return { ...merged, notices: [...missingNotices(runs, blocks), ...keptNotices(runs), ...noticesOf(summarizeRun(merged))] };
};

/** Of the earliest start, as in the names of run folders. */
const timeOf = ({ startedAt }: RunRecord): string => `${startedAt.slice(0, 19).replaceAll(/[:-]/gu, '')}Z`;

/** A target that failed one machine has failed; everything else that is missing makes a part. */
const statusOf = (runs: readonly RunRecord[], agents: readonly AgentRecord[], { shared, all }: SharedBlocks): RunStatus => {
  if (runs.some(({ status }) => status === 'stopped')) return 'stopped';
  const isWhole = runs.every(({ status }) => status === 'complete') && shared.length === all;
  return isWhole && agents.every(({ faults }) => faults.length === 0) ? 'complete' : 'partial';
};

/** Null where a run has none. */
const lastEnd = (runs: readonly RunRecord[]): string | null => {
  const ends = runs.flatMap(({ endedAt }) => endedAt ?? []);
  return ends.length < runs.length ? null : (ends.toSorted().at(-1) ?? null);
};

/** What a server used is not known of several machines: the reason stands at `mergedBlock`. */
const mergedState = (state: StateRecord, runs: readonly RunRecord[]): StateRecord => {
  if (runs.length === 1) return state;
  const known = runs.flatMap(({ states }) => states.filter(({ label }) => label === state.label));
  const [absence, ...others] = new Set(known.map(({ cpuAbsence }) => cpuAbsence));
  return { ...state, cpuSource: null, cpuAbsence: others.length === 0 ? (absence ?? 'merged') : 'merged', account: undefined };
};

/** One machine may have found that it cannot measure a cell which others could. */
const sharedCells = ({ cells }: RunRecord, runs: readonly RunRecord[]): CellRecord[] =>
  cells.flatMap((cell) => {
    const same = runs.flatMap((run) => run.cells.filter(({ id }) => id === cell.id));
    const negotiated = same.find((one) => one.negotiated !== null)?.negotiated ?? null;
    return same.length < runs.length ? [] : [{ ...cell, negotiated }];
  });

const nothingShared = (runs: readonly RunRecord[]): ResumarkError =>
  new ResumarkError(
    'RESULT_FILE',
    'the runs have no block in common: none of the same cell in the same window.',
    hasOneSeed(runs)
      ? 'Merge runs that ran to their end.'
      : 'Give every machine the same --seed: it decides the order of the windows.',
  );

const hasOneSeed = (runs: readonly RunRecord[]): boolean => new Set(runs.map(({ seed }) => seed)).size === 1;

/** Blocks that are left out, and how many the machines together were to measure. */
const missingNotices = (runs: readonly RunRecord[], { shared, all, lacking }: SharedBlocks): Notice[] => {
  if (shared.length === all) return [];
  const planned = runs.flatMap(({ notices }) =>
    notices.flatMap((notice) => (notice.code === 'interrupted' ? notice.planned : [])),
  );
  return [
    {
      code: 'blocks-not-shared',
      severity: 'warning',
      blocks: shared.length,
      of: Math.max(all, ...planned),
      lacking: Object.fromEntries([...lacking].map(([{ name }, { blocks }]) => [name, blocks])),
      oneSeed: hasOneSeed(runs),
    },
  ];
};

/** What the preparation of a run found, and what ended it, follows from no block. */
const KEPT: readonly NoticeCode[] = [
  'engine-chosen',
  'one-at-a-time',
  'cell-skipped',
  'worker-lost',
  'stopped-on-errors',
  'blocks-not-shared',
];

const keptNotices = (runs: readonly RunRecord[]): Notice[] => {
  const kept = runs.flatMap(({ notices }) => notices.filter(({ code }) => KEPT.includes(code)));
  return [...new Map(kept.map((notice) => [JSON.stringify(notice), notice])).values()];
};
