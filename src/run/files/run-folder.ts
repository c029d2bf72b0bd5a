import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareStates, isCompared } from '../../analysis/compare/states.ts';
import { parseGate } from '../../analysis/gate/parse.ts';
import type { RunSummary } from '../../analysis/summary/run-summary.ts';
import type { Comparison } from '../../domain/comparison.ts';
import { ResumarkError } from '../../domain/error.ts';
import { RUN_FORMAT, runRecordSchema, type RunRecord } from '../../domain/run-record.ts';
import { COMPARISON_FILES, renderComparison } from '../../report/comparison/formats.ts';
import { folderFiles, render } from '../../report/formats.ts';
import { runJson } from '../../report/json.ts';
import { readResultFile } from './result-file.ts';
import { fromRunFormat2 } from './run-format-2.ts';

/** Runs that begin in the same second, as in a script, have the same ID but for a number appended to it. */
const MOST_OF_ONE_SECOND = 1000;

/** A run folder. Made before anything is measured, so that a path that cannot be written fails at once. */
export class RunStore {
  readonly folder: string;
  /** The name of the folder: the run's ID, with a number appended when that was taken. */
  readonly runId: string;

  private constructor(folder: string, runId: string) {
    this.folder = folder;
    this.runId = runId;
  }

  /** @throws ResumarkError USAGE when the folder cannot be made. */
  static async create(parent: string, wantedId: string): Promise<RunStore> {
    try {
      await mkdir(parent, { recursive: true });
      for (let number = 1; ; number++) {
        const runId = number === 1 ? wantedId : `${wantedId}-${String(number)}`;
        const folder = join(parent, runId);
        if (await isMade(folder, number)) return new RunStore(folder, runId);
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new ResumarkError(
        'USAGE',
        `the run folder ${join(parent, wantedId)} cannot be made: ${code ?? String(error)}.`,
        'Name another with --output.',
      );
    }
  }

  /** Writes every file of the folder anew; a reader sees the old or the new content, never a part. */
  save(summary: RunSummary): void {
    this.saveRecord(summary.run);
    for (const [name, format] of folderFiles(summary)) this.#replace(name, render(summary, format));
    if (isCompared(summary.run)) this.#saveComparisons(compareStates(summary));
  }

  /** Of more than two states there are several comparisons: each is then named for the state that it is of. */
  #saveComparisons(comparisons: readonly Comparison[]): void {
    for (const comparison of comparisons) {
      const name = comparisons.length === 1 ? 'compare' : `compare-${comparison.after.state}`;
      for (const [extension, format] of COMPARISON_FILES)
        this.#replace(`${name}.${extension}`, renderComparison(comparison, format));
    }
  }

  /** Writes the record alone: everything else can be rendered from it. */
  saveRecord(run: RunRecord): void {
    this.#replace('run.json', runJson(run));
  }

  /** In one go, so that no signal that ends the process leaves a part of a file behind. */
  #replace(name: string, text: string): void {
    const path = join(this.folder, name);
    const part = `${path}.part`;
    try {
      writeFileSync(part, text);
      renameSync(part, path);
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
  }
}

/** Makes a folder that is not there yet: two runs never write into one. */
const isMade = async (folder: string, number: number): Promise<boolean> => {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && number < MOST_OF_ONE_SECOND) return false;
    throw error;
  }
};

/**
 * Reads a run from its folder or its `run.json`.
 *
 * @throws ResumarkError RESULT_FILE when it is missing, broken, or of a format that this version does not know.
 */
export const readRun = async (path: string): Promise<RunRecord> => {
  const run = await readResultFile(path, {
    name: 'run.json',
    format: RUN_FORMAT,
    older: { 2: fromRunFormat2 },
    schema: runRecordSchema,
  });
  const flaw = gateFlaw(run);
  if (flaw !== undefined) throw new ResumarkError('RESULT_FILE', `${path} is damaged: scenario.gates ${flaw}`);
  return run;
};

/** Gates that cannot be read must not be taken for none: a run without gates passes. */
const gateFlaw = ({ scenario: { gates = [] } }: RunRecord): string | undefined => {
  if (!Array.isArray(gates)) return 'must be a list.';
  for (const gate of gates as readonly unknown[]) {
    if (typeof gate !== 'string') return 'must hold texts.';
    try {
      parseGate(gate);
    } catch (error) {
      if (error instanceof ResumarkError) return `holds one that cannot be read: ${error.message}`;
      throw error;
    }
  }
  return undefined;
};
