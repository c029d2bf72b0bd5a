import { DECLINE_REASONS } from './judgement.ts';
import { MECHANISMS } from './kind.ts';
import { addedLater, durations, group, least, most, optional, sum, sumByKey, type ValueOf } from './mergeable.ts';
import { z } from './zod.ts';

/** Starts of a schedule, and the times counted from them. */
const schedule = group({
  /** Handshakes that fell due in the window. Those dropped in flight by an interrupt are counted nowhere else. */
  due: sum(),
  /** Of these, never started: the window was cut short, or the generator could not catch up. */
  dropped: sum(),
  /** Started late because as many were in flight as may be, and not because the generator was slow. */
  connectionLimited: sum(),
  /** Delay of each start. */
  lateNs: durations(),
  /** From the actual start of the connection until the end of the handshake, of honoured handshakes. */
  serviceNs: durations(),
  /** From the intended start until the end of the handshake, of honoured handshakes: the time a user waits. */
  responseNs: durations(),
});

/** Honoured handshakes, taken apart by the kernel's stamps of what arrived. */
const split = group({
  /** The server's time and the way's. */
  waitNs: durations(),
  /** Our own work. */
  clientNs: durations(),
  /** The time that what arrived waited for us to read it; in no latency. */
  queueNs: durations(),
});

/** Connections that had segments sent again by the kernel of our side, failed ones among them. */
const retransmitted = group({
  connections: sum(),
  segments: sum(),
  /** From the start of the TCP connect until the end of the connection. */
  residenceNs: durations(),
});

/** Sessions that were offered. */
const offeredSessions = group({
  /** Handshakes that offered one. */
  handshakes: sum(),
  /** Different sessions among these. */
  sessions: sum(),
  /** Age of each when it was offered, by our clock. */
  ageNs: durations(),
});

/** Sessions that the server gave. */
const tickets = group({
  /** From the end of the handshake until the first ticket, of TLS 1.3 handshakes that waited for one. */
  afterNs: durations(),
  leastBytes: least(),
  mostBytes: most(),
  /** Lifetimes that the server stated, in s; 0 states none. */
  leastLifetimeS: least(),
  mostLifetimeS: most(),
});

/** First bytes of the answers to requests, which were sent after the handshake or as early data. */
const firstByte = group({
  /** From the ClientHello until the first byte, of honoured handshakes. */
  firstByteNs: durations(),
  /** From the end of the handshake on our side until the first byte. */
  firstByteAfterHandshakeNs: durations(),
  unanswered: sum(),
  /** Answers with an HTTP status of 400 and above, by the status. */
  errorStatuses: addedLater(sumByKey(z.string())),
});

/** Finished handshakes of any purpose, as a server counts them: it knows nothing of what was asked for. */
export const FINISHED_COUNTS = group({ full: sum(), resumed: sum() });

/**
 * Everything that is counted of one cell in one window: the one type of this quantity, from the
 * worker thread that counts it to the cell that adds up its blocks. A new raw number is one line here.
 */
export const BLOCK_COUNTS = group({
  /** Finished handshakes: honoured and declined. */
  handshakes: sum(),
  honoured: sum(),
  declined: sumByKey(z.enum(DECLINE_REASONS)),
  /** Connections without a finished handshake, by `failureKey`. */
  errors: sumByKey(z.string()),
  mechanisms: sumByKey(z.enum(MECHANISMS)),
  helloRetries: sum(),
  /** Finished handshakes whose plaintext hellos were read beside the engine's word. */
  tapped: sum(),
  /** Tickets and session IDs that the server gave. */
  ticketsReceived: sum(),
  /** Handshake time of honoured handshakes. */
  handshakeNs: durations(),
  /** TCP connect time of honoured handshakes. */
  connectNs: durations(),
  bytesIn: sum(),
  bytesOut: sum(),
  /** Time that the connections account for (Little's law). */
  residenceNs: sum(),
  /** Unmeasured full handshakes that fetched a session to be used once; their CPU and bytes count. */
  replenished: sum(),
  /** The measured handshakes and the replenishing ones. */
  finished: addedLater(FINISHED_COUNTS),
  /** Null where no handshake had the arrival of each of its flights stamped. */
  split: optional(split),
  /** Null where nothing was sent again, or the engine does not know. */
  retransmitted: optional(retransmitted),
  /** Null where handshakes were not started by a schedule. */
  schedule: optional(schedule),
  /** Null where no session was offered. */
  offeredSessions: optional(offeredSessions),
  /** Null where no session was given. */
  tickets: optional(tickets),
  /** Null where no request was sent. */
  firstByte: optional(firstByte),
});

export type BlockCounts = ValueOf<typeof BLOCK_COUNTS>;
export type BlockCounter = ReturnType<(typeof BLOCK_COUNTS)['counter']>;

/** Priming before a window. */
export const PRIMING_COUNTS = group({
  /** Full handshakes made. */
  handshakes: sum(),
  /** Sessions obtained. */
  sessions: sum(),
  /** Resumed handshakes that found out whether the server gives tickets on resumption. */
  probes: sum(),
  errors: sumByKey(z.string()),
  /** Handshakes whose hellos contradicted the engine. */
  conflicts: sum(),
  /** The handshakes and the probes. */
  finished: addedLater(FINISHED_COUNTS),
});

export type PrimingCounts = ValueOf<typeof PRIMING_COUNTS>;

export type FinishedCounts = ValueOf<typeof FINISHED_COUNTS>;

export type ScheduleCounts = NonNullable<BlockCounts['schedule']>;
export type OfferedSessionsCounts = NonNullable<BlockCounts['offeredSessions']>;
