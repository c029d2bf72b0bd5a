import { mergeRuns } from '../../analysis/merge/merge-runs.ts';
import { summarizeRun, type RunSummary } from '../../analysis/summary/run-summary.ts';
import { readRun, RunStore } from '../files/run-folder.ts';

/** A merged run, and the folder that it was written to. */
export interface MergedRun {
  readonly summary: RunSummary;
  readonly folder: string;
}

/**
 * Merges the run folders of several machines that loaded one target at the same time into a new run folder.
 *
 * @param folders their paths, or those of their `run.json`: the end of each names its machine.
 * @param parent folder to create the new one in.
 * @throws ResumarkError USAGE when a run is given twice, or the folder cannot be made; RESULT_FILE for a run that cannot be read, and for
 * runs that are not parts of one load.
 */
export const merge = async (folders: readonly string[], parent = 'results'): Promise<MergedRun> => {
  const merged = mergeRuns(await Promise.all(folders.map(async (folder) => ({ folder, run: await readRun(folder) }))));
  const store = await RunStore.create(parent, merged.id);
  const summary = summarizeRun({ ...merged, id: store.runId });
  store.save(summary);
  return { summary, folder: store.folder };
};
