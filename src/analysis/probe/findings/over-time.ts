import type { ProbeFinding } from '../../../domain/probe-finding.ts';
import type { WatchReport } from '../../../domain/watch-report.ts';

/** What is wrong and only time shows: keys that change apart, without grace or not at all, and sessions that live too long. */
export const overTimeFindings = ({ protocol, addresses, lags, alerts }: WatchReport): ProbeFinding[] => [
  ...alerts.map(({ code, addresses: about, limitMs }): ProbeFinding => ({
    ...WARNING,
    code,
    addresses: about,
    protocol,
    evidence: { limitMs },
  })),
  ...lags.map(({ address, after, lowMs, highMs }): ProbeFinding => ({
    ...WARNING,
    code: 'rotates-later',
    addresses: [address],
    protocol,
    evidence: { after, lowMs, highMs },
  })),
  ...addresses.flatMap(({ address, grace }): ProbeFinding[] =>
    grace?.lowMs !== 0 || grace.highMs === null
      ? []
      : [{ ...WARNING, code: 'no-grace', addresses: [address], protocol, evidence: { mostMs: grace.highMs } }],
  ),
];

const WARNING = { weight: 'warning' } as const;
