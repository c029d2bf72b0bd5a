import { graceOf, lifetimeOf, surelyHonouredMs } from './honoured.ts';
import type { AddressLog, Given } from './log.ts';
import type { Range } from './range.ts';
import { sightingsOf, type Sighting } from './sightings.ts';

/** A session that is kept to be offered later. */
export interface Parked<Session> extends Given {
  readonly session: Session;
}

/**
 * Sessions kept of each key: enough to double an age of 10 s up to 11 hours, and a few to spare where their key is replaced before.
 */
const MOST_OF_A_KEY = 16;

/** Keys of which sessions are kept. Of more the older ones are kept, and the newest: the ones between would show a long grace no better. */
const MOST_KEYS = 6;

export interface Moment {
  readonly nowMs: number;
  readonly everyMs: number;
  /** True at the last poll: what was not offered then never will be. */
  readonly isLast: boolean;
}

/**
 * The sessions that one address gave and that wait to be offered, each once. At each poll those are due that tell something new: of the key
 * in use one as old as the lifetime is not known yet, of each replaced key one when its grace is not known yet. Ages are doubled until one
 * is declined, and then halved between the bounds, with the sessions of the next key where those of one are used up.
 */
export class ParkedSessions<Session> {
  #parked: readonly Parked<Session>[] = [];
  readonly #drop: (session: Session) => void;

  /** @param drop ends a session that is no longer kept. */
  constructor(drop: (session: Session) => void) {
    this.#drop = drop;
  }

  park(session: Parked<Session>): void {
    const names = [...new Set([...this.#parked, session].map(({ name }) => name))];
    const dropped = names.length > MOST_KEYS ? names.at(-2) : undefined;
    this.#keep((parked) => parked.name !== dropped);
    const alike = this.#parked.filter(({ name }) => name === session.name);
    const crowded = alike.length < MOST_OF_A_KEY ? undefined : mostCrowded(alike, session.got.toMs);
    this.#keep((parked) => parked !== crowded);
    this.#parked = [...this.#parked, session];
  }

  /** Takes the sessions that are due: they belong to the caller. */
  due(log: Pick<AddressLog, 'runs' | 'offers'>, moment: Moment): readonly Parked<Session>[] {
    const sightings = sightingsOf(log.runs);
    const lifetime = lifetimeOf(log.offers, sightings);
    const grace = graceOf(log.offers, sightings, lifetime);
    const current = log.runs.at(-1)?.name;
    const due = [
      this.#forLifetime(current, lifetime, moment),
      ...sightings
        .filter(({ name }) => name !== current)
        .map((sighting) => this.#forGrace(sighting, { grace, lifetime }, moment)),
    ].filter((session) => session !== undefined);
    this.#parked = this.#parked.filter((parked) => !due.includes(parked));
    return due;
  }

  #forLifetime(current: string | undefined, lifetime: Range | undefined, moment: Moment): Parked<Session> | undefined {
    const { nowMs, isLast, everyMs } = moment;
    const age = ({ got }: Given): number => nowMs - got.toMs;
    const high = lifetime?.high ?? Number.POSITIVE_INFINITY;
    this.#keep((parked) => parked.name !== current || age(parked) < high);
    const leastMs = isLast ? (lifetime?.low ?? 0) : (nextMs(lifetime, everyMs) ?? everyMs);
    // The oldest come first. As long as ages are doubled the very oldest is kept for the end, to show an age that is as long as the watch.
    const ofCurrent = this.#parked.filter(({ name }) => name === current);
    if (isLast) return ofCurrent.find((parked) => age(parked) >= leastMs);
    return ofCurrent.slice(high === Number.POSITIVE_INFINITY ? 1 : 0).findLast((parked) => age(parked) >= leastMs);
  }

  #forGrace(
    { name, left }: Sighting,
    { grace, lifetime }: { readonly grace: Range | undefined; readonly lifetime: Range | undefined },
    { nowMs, everyMs, isLast }: Moment,
  ): Parked<Session> | undefined {
    if (left === undefined) return undefined;
    const sinceMs = nowMs - left.toMs;
    const isOver = sinceMs >= (grace?.high ?? Number.POSITIVE_INFINITY);
    this.#keep(
      (parked) => parked.name !== name || (!isOver && nowMs - parked.got.fromMs < surelyHonouredMs(parked.statedS, lifetime)),
    );
    const leastMs = isLast ? (grace?.low ?? 0) : (nextMs(grace, everyMs) ?? 0);
    return sinceMs >= leastMs ? this.#parked.findLast((parked) => parked.name === name) : undefined;
  }

  #keep(isKept: (parked: Parked<Session>) => boolean): void {
    const dropped = this.#parked.filter((parked) => !isKept(parked));
    if (dropped.length === 0) return;
    this.#parked = this.#parked.filter(isKept);
    for (const { session } of dropped) this.#drop(session);
  }

  close(): void {
    this.#keep(() => false);
  }
}

/** The least time at which an offer tells something new; `undefined` before any was made. */
const nextMs = (known: Range | undefined, everyMs: number): number | undefined => {
  if (known === undefined) return undefined;
  const { low, high } = known;
  if (high === Number.POSITIVE_INFINITY) return Math.max(everyMs, 2 * low);
  // Polls do not tell apart what is closer together.
  return high - low <= everyMs ? Number.POSITIVE_INFINITY : (low + high) / 2;
};

/** The session whose neighbours are closest for its age: without it the ages that are left are spread most evenly by ratio. */
const mostCrowded = <One extends Given>(sessions: readonly One[], nowMs: number): One | undefined =>
  sessions
    .slice(1, -1)
    .map((session, i) => ({
      session,
      spread: ((sessions[i + 2]?.got.toMs ?? 0) - (sessions[i]?.got.toMs ?? 0)) / (nowMs - session.got.toMs + 1),
    }))
    .toSorted((a, b) => a.spread - b.spread)[0]?.session;
