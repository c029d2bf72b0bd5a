import type { RunRecord } from '../domain/run-record.ts';

/** `run.json`: the whole record. Everything else is rendered from it. */
export const runJson = (run: RunRecord): string => `${JSON.stringify(run, undefined, 1)}\n`;
