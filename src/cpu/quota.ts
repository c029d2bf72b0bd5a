import type { QuotaRecord } from '../domain/run-record.ts';
import type { QuotaLevel } from './cgroup.ts';

/** How a limit held processes back between two readings, at the level that did so most; null where there is no limit. */
export const quotaBetween = (before: readonly QuotaLevel[], after: readonly QuotaLevel[]): QuotaRecord | null => {
  const records = after.map((level) =>
    quotaRecord(
      before.find(({ folder }) => folder === level.folder),
      level,
    ),
  );
  return records.toSorted((a, b) => b.throttledShare - a.throttledShare || a.cores - b.cores)[0] ?? null;
};

/** A limit that was set in between has held nothing back yet. */
const quotaRecord = (before: QuotaLevel | undefined, after: QuotaLevel): QuotaRecord => {
  const periods = after.periods - (before ?? after).periods;
  const throttled = after.throttled - (before ?? after).throttled;
  return { cores: after.cores, throttledShare: periods > 0 ? throttled / periods : 0 };
};
