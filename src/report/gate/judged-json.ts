import type { RunRecord } from '../../domain/run-record.ts';
import { printableJson, runJson } from '../json.ts';
import type { Judged } from '../ci/formats.ts';

/** The record, with the decision on its gates under `gates` where they were judged. */
export const judgedJson = (run: RunRecord, { decision }: Judged): string =>
  decision === undefined ? runJson(run) : printableJson({ ...run, gates: decision });
