import type { Mechanism } from '../../../domain/kind.ts';
import type { Protocol } from '../../../domain/protocol.ts';
import type { WatchAlertCode, WatchedAddress, WatchReport } from '../../../domain/watch-report.ts';
import { graceOf, lifetimeOf, oldestChain } from './honoured.ts';
import { lagsOf } from './lag.ts';
import type { AddressLog } from './log.ts';
import { periodOf } from './period.ts';
import { bracketOf } from './range.ts';
import { sightingsOf, takesTurns, usedMs } from './sightings.ts';

/** Times that must not be exceeded. */
export interface WatchLimits {
  /** Longest use of one ticket key: whoever gets it reads all sessions of that time. */
  readonly keyMs: number;
  /** Longest life of a session. */
  readonly sessionMs: number;
}

const DAY_MS = 24 * 3_600_000;

/** A day for a key, as the servers that rotate by themselves have it at most; seven days for a session (RFC 8446, section 4.6.1). */
export const WATCH_LIMITS: WatchLimits = { keyMs: DAY_MS, sessionMs: 7 * DAY_MS };

/** All that was seen, and of what. */
export interface Watched {
  readonly protocol: Protocol;
  readonly mechanism: Mechanism;
  readonly everyMs: number;
  readonly durationMs: number;
  readonly addresses: readonly WatchedLog[];
}

export interface WatchedLog {
  /** Index in the record. */
  readonly address: number;
  readonly log: AddressLog;
}

/** What the polls of a fleet say about its keys and sessions over time. */
export const watchReport = ({ addresses, ...watched }: Watched, limits: WatchLimits = WATCH_LIMITS): WatchReport => {
  const reports = addresses.map((each) => addressReport(each, watched.everyMs));
  const steady = addresses.filter((_, i) => reports[i]?.takesTurns === false);
  return {
    ...watched,
    addresses: reports,
    lags: lagsOf(steady.map(({ address, log }) => ({ address, sightings: sightingsOf(log.runs) }))).map(
      ({ address, after, keys, ...range }) => ({ address, after, keys, ...bracketOf(range) }),
    ),
    alerts: alertsOf(addresses, reports, limits),
  };
};

const addressReport = ({ address, log }: WatchedLog, everyMs: number): WatchedAddress => {
  const { runs, offers, polls, failed } = log;
  const sightings = sightingsOf(runs);
  const isInTurns = takesTurns(runs, everyMs);
  const period = isInTurns ? undefined : periodOf(sightings);
  const lifetime = lifetimeOf(offers, sightings);
  const grace = isInTurns ? undefined : graceOf(offers, sightings, lifetime);
  const chain = oldestChain(log.chains);
  return {
    address,
    polls,
    failed,
    keys: sightings.map(({ name, polls: seen, appeared, left }) => ({
      name,
      polls: seen,
      appeared: appeared === undefined ? null : { lowMs: appeared.fromMs, highMs: appeared.toMs },
      left: left === undefined ? null : { lowMs: left.fromMs, highMs: left.toMs },
    })),
    takesTurns: isInTurns,
    period: period === undefined ? null : { ...bracketOf(period), isRegular: period.isRegular },
    grace: grace === undefined ? null : bracketOf(grace),
    lifetime: lifetime === undefined ? null : { ...bracketOf(lifetime), statedS: statedS(log) },
    chain: chain === undefined ? null : { ...bracketOf(chain), renewals: chain.renewals },
  };
};

const statedS = ({ offers }: AddressLog): number | null => {
  const stated = offers.at(-1)?.statedS ?? 0;
  return stated === 0 ? null : stated;
};

const alertsOf = (
  addresses: readonly WatchedLog[],
  reports: readonly WatchedAddress[],
  { keyMs, sessionMs }: WatchLimits,
): WatchReport['alerts'] => {
  const kept = addresses.filter(({ log }) => sightingsOf(log.runs).some((sighting) => usedMs(sighting) >= keyMs));
  const alert = (code: WatchAlertCode, found: readonly { readonly address: number }[], limitMs: number) =>
    found.length === 0 ? [] : [{ code, addresses: found.map(({ address }) => address), limitMs }];
  return [
    ...alert('key-not-rotated', kept, keyMs),
    ...alert(
      'session-outlives',
      outliving(reports, ({ lifetime }) => lifetime, sessionMs),
      sessionMs,
    ),
    ...alert(
      'chain-outlives',
      outliving(reports, ({ chain }) => chain, sessionMs),
      sessionMs,
    ),
  ];
};

const outliving = (
  reports: readonly WatchedAddress[],
  of: (report: WatchedAddress) => { readonly lowMs: number } | null,
  limitMs: number,
): WatchedAddress[] => reports.filter((report) => (of(report)?.lowMs ?? 0) >= limitMs);
