/**
 * The session that a virtual client offers.
 *
 * - `distinct`: its own newest one, as in the field: includes the server's cost of issuing and
 *   looking up many sessions.
 * - `newest`: the newest that any client of the worker was given.
 * - `single-use`: its own, once only, as RFC 8446 (appendix C.4) wishes; without a new one it makes
 *   an unmeasured full handshake.
 * - `fixed`: one session for all clients of a worker, never replaced. Cheap for the server's
 *   caches: optimistic.
 */
export const SESSION_POLICIES = ['distinct', 'newest', 'single-use', 'fixed'] as const;

export type SessionPolicy = (typeof SESSION_POLICIES)[number];

/** True when all clients of a worker offer the same session. */
export const isShared = (policy: SessionPolicy): boolean => policy === 'newest' || policy === 'fixed';
