import { cellLabel } from '../../domain/cell.ts';
import type { GeneratorHint, Notice } from '../../domain/notice.ts';
import type { BlockRecord, RunRecord } from '../../domain/run-record.ts';
import { busiest, lateP99, MOST_BUSY, queueShareOf, stallOf } from '../summary/saturation.ts';
import type { RunSettings } from '../settings-of-run.ts';
import type { RunSummary } from '../summary/run-summary.ts';

/** One notice for all cells: where one is saturated the others mostly are too. */
export const saturationNotices = (summary: RunSummary): Notice[] => {
  const { run, cells } = summary;
  const blocks = run.blocks.filter((block) => block.valid && block.saturated);
  if (blocks.length === 0) return [];
  const saturated = cells.filter(({ id }) => blocks.some(({ cell }) => cell === id));
  const schedules = blocks.flatMap(({ schedule }) => schedule ?? []);
  return [
    {
      code: 'generator-saturated',
      severity: 'warning',
      cells: saturated.map(cellLabel),
      of: cells.length,
      busyShare: Math.max(...blocks.map(busyShareOf)),
      ...(blocks.every(({ clock }) => clock === 'kernel') && {
        queueShare: Math.max(...blocks.map(({ split }) => queueShareOf(split))),
      }),
      lateNs: Math.max(0, ...schedules.map(lateP99)),
      dropped: schedules.reduce((sum, { dropped }) => sum + dropped, 0),
      workers: run.workers,
      hints: generatorHints(summary, blocks),
    },
  ];
};

/** One notice for all blocks in which the generator stood still. */
export const stallNotices = ({ blocks }: RunRecord): Notice[] => {
  const stalls = blocks.flatMap((block) => stallOf(block) ?? []);
  if (stalls.length === 0) return [];
  return [{ code: 'generator-stalled', severity: 'warning', blocks: stalls.length, longestNs: Math.max(...stalls) }];
};

/**
 * What can still be done about a generator that is too slow, most helpful first. Never what the run did already, and nothing of its own
 * where others took its cores.
 */
export const generatorHints = ({ run, settings }: RunSummary, blocks: readonly BlockRecord[]): GeneratorHint[] => {
  const isStarved = blocks.every((block) => busyShareOf(block) <= MOST_BUSY);
  if (isStarved && !hasFreeCores(run, blocks)) return ['machine'];
  return [
    ...(canChangeEngine(run, settings) ? (['engine'] as const) : []),
    ...(hasFreeCores(run, blocks) ? (['workers'] as const) : (['machine'] as const)),
    ...loadHints(settings),
  ];
};

const busyShareOf = ({ hosts }: BlockRecord): number => Math.max(0, ...hosts.map(busiest));

/** An engine that was chosen because a faster one could not run has a notice of its own. */
const canChangeEngine = ({ engine, environment }: RunRecord, asked: RunSettings): boolean =>
  engine.name === 'node' && asked.engine === 'node' && environment.platform.startsWith('linux');

const hasFreeCores = ({ workers, environment }: RunRecord, blocks: readonly BlockRecord[]): boolean =>
  workers < environment.cores && blocks.every(({ hosts }) => hosts.every(({ machine }) => (machine?.busyShare ?? 0) < MOST_BUSY));

const loadHints = ({ load }: RunSettings): GeneratorHint[] => {
  switch (load.model) {
    case 'open':
      return ['rate'];
    case 'storm':
      return ['over'];
    default:
      return load.concurrency === 1 ? [] : ['concurrency'];
  }
};
