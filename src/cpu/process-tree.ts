import type { ProcessEntry } from './procfs.ts';

/** All processes of the machine at one moment, by pid. */
export type ProcessTable = ReadonlyMap<number, ProcessEntry>;

/** init adopts every process that has lost its parent, so what descends from it says nothing about belonging. */
const INIT = 1;

/**
 * The processes with all that descend from them.
 *
 * `ourselves` is left out with its own children, unless it is asked for: a server may have started the very process that measures it.
 */
export const familyOf = (table: ProcessTable, roots: Iterable<number>, ourselves: number): ProcessEntry[] => {
  const children = Map.groupBy(table.values(), (entry) => entry.parent);
  const asked = new Set(roots);
  const found = new Map<number, ProcessEntry>();
  const visit = (pid: number): void => {
    const entry = table.get(pid);
    if (entry === undefined || found.has(pid) || (pid === ourselves && !asked.has(pid))) return;
    found.set(pid, entry);
    if (pid !== INIT) children.get(pid)?.forEach((child) => { visit(child.pid); });
  };
  asked.forEach(visit);
  return [...found.values()];
};
