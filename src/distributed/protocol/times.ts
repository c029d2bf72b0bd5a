/** Every sign of life comes this often, from agents and from the coordinator. */
export const BEAT_MS = 500;

/** An agent that has given none for so long is lost. */
export const PRESENCE_MS = 4000;

/** A coordinator that has given none for so long, while agents load, is gone: they stop. */
export const LEASE_MS = 3000;

/** Between windows it may be busy for longer, with a report: nothing is loaded then. */
export const IDLE_LEASE_MS = 30_000;

/** An agent that has not seen the lease for so long stops loading: within 5 s, with what stopping takes. */
export const MOST_UNSEEN_MS = 3500;

/** The coordinator gives up on a Redis that does not answer for so long. */
export const MOST_SILENT_MS = 5000;

/** Nothing of a run stays in Redis for longer than this, however it ended. */
export const KEPT_S = 24 * 3600;
