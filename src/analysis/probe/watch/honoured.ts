import type { Chain, Offer, Span } from './log.ts';
import { elapsed, limitBetween, type Range } from './range.ts';
import type { Sighting } from './sightings.ts';

/**
 * Encloses the age up to which sessions are honoured. A decline counts only where the key was still in use afterwards, or has no name:
 * otherwise its rotation may be the cause.
 *
 * @returns `undefined` where nothing was offered that tells.
 */
export const lifetimeOf = (offers: readonly Offer[], sightings: readonly Sighting[]): Range | undefined => {
  const lastUse = new Map(sightings.map(({ name, last }) => [name, last.fromMs]));
  const telling = offers.filter(({ name, honoured, toMs }) => honoured || name === '' || (lastUse.get(name) ?? 0) >= toMs);
  if (telling.length === 0) return undefined;
  return limitBetween(
    telling.filter(({ honoured }) => honoured).map((offer) => ageOf(offer).low),
    telling.filter(({ honoured }) => !honoured).map((offer) => ageOf(offer).high),
  );
};

export const ageOf = (offer: Offer): Range => elapsed(offer.got, offer);

/**
 * Encloses the time for which tickets of a key are honoured after it was replaced. Declines of tickets that may have been too old
 * do not count.
 *
 * @returns `undefined` where nothing was offered that tells.
 */
export const graceOf = (
  offers: readonly Offer[],
  sightings: readonly Sighting[],
  lifetime: Range | undefined,
): Range | undefined => {
  const leftAt = new Map(sightings.flatMap(({ name, left }) => (left === undefined ? [] : [[name, left] as const])));
  const afterwards = offers.flatMap((offer) => {
    const left = leftAt.get(offer.name);
    const mayBeTooOld = !offer.honoured && ageOf(offer).high >= surelyHonouredMs(offer.statedS, lifetime);
    return left === undefined || offer.toMs <= left.fromMs || mayBeTooOld ? [] : [{ ...offer, since: elapsed(left, offer) }];
  });
  if (afterwards.length === 0) return undefined;
  return limitBetween(
    afterwards.filter(({ honoured }) => honoured).map(({ since }) => since.low),
    afterwards.filter(({ honoured }) => !honoured).map(({ since }) => since.high),
  );
};

/** Age up to which a session whose key is in use is not declined: as stated, or less where less was seen. */
export const surelyHonouredMs = (statedS: number, lifetime: Range | undefined): number =>
  Math.min(
    statedS === 0 ? Number.POSITIVE_INFINITY : statedS * 1000,
    lifetime === undefined || lifetime.high === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : lifetime.low,
  );

/** The chain that grew oldest, with the bounds of the age at which it ends. */
export const oldestChain = (chains: readonly Chain[]): (Range & Pick<Chain, 'renewals'>) | undefined =>
  chains
    .map(({ since, lastHonoured, declined, renewals }) => ({
      low: ageAt(since, lastHonoured)?.low ?? 0,
      high: ageAt(since, declined)?.high ?? Number.POSITIVE_INFINITY,
      renewals,
    }))
    .toSorted((a, b) => b.low - a.low)[0];

const ageAt = (since: Span, at: Span | undefined): Range | undefined => at && elapsed(since, at);
