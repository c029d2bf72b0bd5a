import type { CacheCapacity } from '../../domain/cache-capacity.ts';
import type { ProbeRecord } from '../../domain/probe-record.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import { sumOf } from '../../stats/descriptive.ts';
import { counted, grouped } from '../text/units.ts';
import { addressName } from './address-text.ts';
import { MECHANISM_TEXT } from './finding-text.ts';
import { spanText } from './span-text.ts';

/** What is known of the caches of a record, a sentence per address; none without --cache-capacity. */
export const capacityLines = (record: ProbeRecord): string[] => {
  const { cacheCapacity } = record;
  if (cacheCapacity === null) return [];
  if (cacheCapacity.addresses.length === 0)
    return ['No address resumes by a session that it keeps: there is no cache to measure.'];
  return cacheCapacity.addresses.map(
    (found) =>
      `${addressName(record, found.address)}: ${capacityText(found)} (${protocolLabel(found.protocol)} by ${MECHANISM_TEXT[found.mechanism]}; ${counted(found.made, 'session')} made, ${grouped(found.offered)} offered${failedText(found)}).`,
  );
};

type Found = CacheCapacity['addresses'][number];

const capacityText = ({ least, most, isSharp, declinedAgeMs }: Found): string => {
  if (most === null) return `the cache keeps at least ${counted(least, 'session')}`;
  const bounds = least === most ? grouped(least) : `${grouped(least)} to ${grouped(most)}`;
  const age = declinedAgeMs === null ? '' : `; one was declined that was ${spanText(declinedAgeMs)} old`;
  return `the cache keeps ${bounds} sessions${isSharp ? '' : ', with no sharp limit'}${age}`;
};

const failedText = ({ failed }: Found): string => {
  const failures = sumOf(Object.values(failed), (times) => times);
  return failures === 0 ? '' : `, ${grouped(failures)} failed`;
};
