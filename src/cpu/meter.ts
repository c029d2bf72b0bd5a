import type { CpuAbsence } from '../domain/server-cpu.ts';
import type { ServerRecord } from '../domain/run-record.ts';
import { cgroupUsageNs, ownCgroup, readQuotas, type OwnCgroup, type QuotaLevel } from './cgroup.ts';
import { ForwardWatch } from './forwarding.ts';
import { knownProcess, ListenerSearch, type ServerSearch } from './listeners.ts';
import { ProcessAccount, usedBetween, type AccountReading } from './process-account.ts';
import { readTree } from './processes.ts';
import { quotaBetween } from './quota.ts';

/** Source of a server's CPU time, or the reason why there is none. */
export type CpuSource =
  { readonly state: 'known'; readonly text: string } | { readonly state: 'unknown'; readonly reason: CpuAbsence };

/** CPU time that a server used in a span of time, and what else its processes showed. */
export interface ServerUse extends ServerRecord {
  /** `undefined` where it cannot be known; `cpuAbsence` is the reason. */
  readonly cpuNs: number | undefined;
  /** Processes that were there at the end. */
  readonly pids: readonly number[];
}

/** A span of time in which a server's CPU time is measured. */
export interface CpuSpan {
  /** Looks at the processes in between, so that those that come and go are noticed. */
  look(): void;
  /** The CPU time used from the start until now, which is quicker; `undefined` where it cannot be known. */
  cpuNs(): number | undefined;
  /** What was used from the start until now. */
  used(): ServerUse;
}

/** Reads how much CPU time a server uses. */
export interface CpuMeter {
  /** Looks for the server's processes: one may be started by its first connection. */
  readonly source: CpuSource;
  start(): CpuSpan;
}

/** The meter of the server that listens on a port. */
export const meterOfPort = (address: string, port: number): CpuMeter =>
  new ServerMeter(new ListenerSearch(address, port), new ForwardWatch(port));

/** The meter of a process and its descendants. */
export const meterOfPid = (pid: number): CpuMeter => new ServerMeter(knownProcess(pid), undefined);

class ServerMeter implements CpuMeter {
  readonly #search: ServerSearch;
  readonly #forwards: ForwardWatch | undefined;
  #account: ProcessAccount | undefined;

  constructor(search: ServerSearch, forwards: ForwardWatch | undefined) {
    this.#search = search;
    this.#forwards = forwards;
  }

  get source(): CpuSource {
    const found = this.#search.find();
    if (found.state === 'absent') return { state: 'unknown', reason: found.reason };
    const pids = readTree(found.pids).map(({ pid }) => pid);
    if (pids.length === 0) return { state: 'unknown', reason: 'replaced' };
    const cgroup = ownCgroup(pids);
    return { state: 'known', text: cgroup === undefined ? textOf(found.pids) : `cgroup ${cgroup.name}` };
  }

  start(): CpuSpan {
    const found = this.#search.find();
    if (found.state === 'absent') return new UnknownSpan(found.reason, this.#search);
    // One whose process is known may have ended: of nobody's time nothing is known.
    if (readTree(found.pids).length === 0) return new UnknownSpan('replaced', this.#search);
    this.#account = this.#accountOf(found.pids);
    return new ServerSpan(this.#account, { forwards: this.#forwards, search: this.#search });
  }

  /** Processes that have come since the last span, or have ended, begin another account. */
  #accountOf(pids: readonly number[]): ProcessAccount {
    const account = this.#account;
    const isSame = account !== undefined && account.lost !== 'replaced' && pids.every((pid) => account.pids.includes(pid));
    return isSame ? account : new ProcessAccount(pids);
  }
}

const textOf = (pids: readonly number[]): string =>
  `schedstat of ${pids.length === 1 ? 'pid' : 'pids'} ${pids.join(', ')} and children`;

/** A span of a server whose processes are not known. */
class UnknownSpan implements CpuSpan {
  readonly #reason: CpuAbsence;
  readonly #search: ServerSearch;

  constructor(reason: CpuAbsence, search: ServerSearch) {
    this.#reason = reason;
    this.#search = search;
  }

  look(): void {
    // There is nothing to look at.
  }

  /** A server that was stopped uses none, until there is one again. */
  cpuNs(): number | undefined {
    const found = this.#reason === 'no-listener' ? this.#search.find() : undefined;
    return found?.state === 'absent' && found.reason === 'no-listener' ? 0 : undefined;
  }

  used(): ServerUse {
    return { cpuNs: undefined, cpuAbsence: this.#reason, quota: null, forwardsTo: [], pids: [] };
  }
}

interface ServerLookout {
  readonly forwards: ForwardWatch | undefined;
  readonly search: ServerSearch;
}

class ServerSpan implements CpuSpan {
  readonly #account: ProcessAccount;
  readonly #forwards: ForwardWatch | undefined;
  readonly #search: ServerSearch;
  readonly #cgroup: OwnCgroup | undefined;
  readonly #usageNs: number | undefined;
  readonly #quotas: readonly QuotaLevel[];
  readonly #before: AccountReading;
  /** Processes were found to have joined: a later search finds only those that came after it. */
  #wasJoined = false;

  constructor(account: ProcessAccount, { forwards, search }: ServerLookout) {
    this.#account = account;
    this.#forwards = forwards;
    this.#search = search;
    this.#before = this.#read();
    this.#cgroup = ownCgroup(account.pids);
    this.#usageNs = this.#cgroup && cgroupUsageNs(this.#cgroup);
    this.#quotas = this.#readQuotas();
    forwards?.prepare(account.pids);
  }

  look(): void {
    this.#read();
    this.#forwards?.look(this.#account.pids);
  }

  cpuNs(): number | undefined {
    return this.#usage().cpuNs;
  }

  used(): ServerUse {
    return {
      ...this.#usage(),
      quota: quotaBetween(this.#quotas, this.#readQuotas()),
      forwardsTo: this.#forwards?.peers ?? [],
      pids: this.#account.pids,
    };
  }

  #usage(): Pick<ServerUse, 'cpuNs' | 'cpuAbsence'> {
    const after = this.#read();
    const cgroupNs = this.#cgroupNs();
    if (cgroupNs !== undefined) return { cpuNs: cgroupNs, cpuAbsence: null };
    const reason = after.lost ?? (this.#isJoined() ? 'replaced' : undefined);
    if (reason !== undefined) return { cpuNs: undefined, cpuAbsence: reason };
    return { cpuNs: usedBetween(this.#before, after), cpuAbsence: null };
  }

  /** A process that has come and listens too, and descends from none of the others. */
  #isJoined(): boolean {
    this.#wasJoined ||= this.#search.findNew().some((pid) => !this.#account.pids.includes(pid));
    return this.#wasJoined;
  }

  /** Where the server has a cgroup to itself, before and after. */
  #cgroupNs(): number | undefined {
    if (this.#cgroup === undefined || this.#usageNs === undefined) return undefined;
    if (ownCgroup(this.#account.pids)?.folder !== this.#cgroup.folder) return undefined;
    const after = cgroupUsageNs(this.#cgroup);
    return after === undefined ? undefined : after - this.#usageNs;
  }

  #read(): AccountReading {
    return this.#account.take(readTree(this.#account.pids));
  }

  #readQuotas(): QuotaLevel[] {
    const [first] = this.#account.pids;
    return first === undefined ? [] : readQuotas(first);
  }
}
