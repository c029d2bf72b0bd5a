import { overTimeFindings } from '../../../src/analysis/probe/findings/over-time.ts';
import type { CacheCapacity } from '../../../src/domain/cache-capacity.ts';
import type { ProbeRecord } from '../../../src/domain/probe-record.ts';
import type { WatchReport } from '../../../src/domain/watch-report.ts';
import { address, fakeProbe } from './fake-probe.ts';

const MINUTE_MS = 60_000;

/** Three nodes, the second of which changes to a new key later than the first, without grace; the third keeps one key. */
const WATCH: WatchReport = {
  protocol: 'TLSv1.3',
  mechanism: 'psk',
  everyMs: 10_000,
  durationMs: 30 * MINUTE_MS + 40,
  addresses: [
    {
      address: 0,
      polls: 181,
      failed: {},
      keys: [
        { name: '66826980', polls: 60, appeared: null, left: { lowMs: 590_010, highMs: 600_030 } },
        {
          name: '6d0fcd90',
          polls: 60,
          appeared: { lowMs: 590_010, highMs: 600_030 },
          left: { lowMs: 1_190_010, highMs: 1_200_020 },
        },
        { name: '0badcafe', polls: 61, appeared: { lowMs: 1_190_010, highMs: 1_200_020 }, left: null },
      ],
      takesTurns: false,
      period: { lowMs: 599_980, highMs: 610_010, isRegular: true },
      grace: { lowMs: 590_000, highMs: 610_100 },
      lifetime: { lowMs: 290_000, highMs: 301_000, statedS: 300 },
      chain: { lowMs: 1_800_000, highMs: null, renewals: 180 },
    },
    {
      address: 1,
      polls: 181,
      failed: { 'refused:ECONNREFUSED': 2 },
      keys: [
        { name: '66826980', polls: 61, appeared: null, left: { lowMs: 620_010, highMs: 630_030 } },
        {
          name: '6d0fcd90',
          polls: 60,
          appeared: { lowMs: 620_010, highMs: 630_030 },
          left: { lowMs: 1_220_010, highMs: 1_230_020 },
        },
        { name: '0badcafe', polls: 58, appeared: { lowMs: 1_220_010, highMs: 1_230_020 }, left: null },
      ],
      takesTurns: false,
      period: { lowMs: 420_000, highMs: 781_000, isRegular: false },
      grace: { lowMs: 0, highMs: 10_100 },
      lifetime: { lowMs: 90_000, highMs: 100_000, statedS: 300 },
      chain: { lowMs: 590_000, highMs: 601_000, renewals: 0 },
    },
    {
      address: 2,
      polls: 181,
      failed: {},
      keys: [{ name: 'deadbeef', polls: 181, appeared: null, left: null }],
      takesTurns: false,
      period: { lowMs: 1_799_000, highMs: null, isRegular: true },
      grace: null,
      lifetime: { lowMs: 1_788_000, highMs: null, statedS: null },
      chain: null,
    },
  ],
  lags: [{ address: 1, after: 0, keys: 2, lowMs: 20_010, highMs: 40_010 }],
  alerts: [{ code: 'key-not-rotated', addresses: [2], limitMs: 25 * MINUTE_MS }],
};

const CAPACITY: CacheCapacity = {
  limit: 20_000,
  addresses: [
    {
      address: 0,
      protocol: 'TLSv1.2',
      mechanism: 'session-id',
      made: 2061,
      offered: 21,
      least: 1312,
      most: 1313,
      isSharp: true,
      declinedAgeMs: 9200,
      failed: {},
    },
    {
      address: 1,
      protocol: 'TLSv1.2',
      mechanism: 'session-id',
      made: 20_010,
      offered: 11,
      least: 20_000,
      most: null,
      isSharp: true,
      declinedAgeMs: null,
      failed: { 'handshake-timeout': 3 },
    },
  ],
};

/** Nodes that were watched, and whose caches were filled. */
export const watched = (): ProbeRecord =>
  fakeProbe({
    addresses: [address(), address({ address: '10.0.0.2' }), address({ address: '10.0.0.3' })],
    watch: WATCH,
    findings: overTimeFindings(WATCH),
    cacheCapacity: CAPACITY,
  });
