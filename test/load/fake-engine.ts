import type { Failure } from '../../src/domain/failure.ts';
import type { Mode } from '../../src/domain/mode.ts';
import type { Client, ClientSettings, Outcome, Session, Work } from '../../src/engine/engine.ts';
import { ClientPool } from '../../src/load/worker/client-pool.ts';
import { Counters } from '../../src/load/protocol/counters.ts';
import { CpuSplit } from '../../src/load/worker/cpu-split.ts';
import type { Pace } from '../../src/load/worker/pace.ts';
import { StallWatch } from '../../src/load/worker/stall-watch.ts';
import { SessionStore } from '../../src/load/worker/session-store.ts';
import { Tally } from '../../src/load/worker/tally.ts';
import { TicketExpectation } from '../../src/load/worker/ticket-expectation.ts';
import { VirtualClient } from '../../src/load/worker/virtual-client.ts';
import { LoadWindow } from '../../src/load/worker/window.ts';
import type { SessionPolicy } from '../../src/domain/session-policy.ts';
import { PermutedBlocks } from '../../src/stats/permuted-blocks.ts';
import { seededRandom } from '../../src/stats/random.ts';

export const MS = 1e6;
export const S = 1e9;

/** How the far side of a fake engine behaves. Times in ns. */
export interface FakeServer {
  /** How long a handshake takes that starts then. */
  readonly serviceNs: (startNs: number, offered: Session | undefined) => number;
  /** Generator time that each start takes: nothing else goes on meanwhile. */
  readonly startCostNs?: number;
  readonly failure?: (startNs: number) => Failure | undefined;
  /** Whether it takes the session; all of them unless told otherwise. */
  readonly resumes?: (session: Session, nowNs: number) => boolean;
  /** Whether it gives a new session with each handshake; it does unless told otherwise. */
  readonly gives?: boolean;
}

interface InFlight {
  readonly client: VirtualClient;
  readonly startNs: number;
  readonly endNs: number;
  readonly offered: Session | undefined;
}

/** An engine without sockets and without time of its own: the clock stands still until the next thing happens. */
export class FakeEngine {
  nowNs = 0;
  /** Of each start, in order: the cell's mode, and the session that was offered. */
  readonly starts: { readonly mode: Mode; readonly atNs: number; readonly offered: Session | undefined }[] = [];
  /** Sessions that the work has taken over, each of which it must free. */
  readonly taken: FakeSession[] = [];
  readonly #server: FakeServer;
  #inFlight: InFlight[] = [];

  constructor(server: FakeServer) {
    this.#server = server;
  }

  run(work: Work<VirtualClient>): void {
    for (;;) {
      this.#startDue(work);
      const nextNs = Math.min(work.dueNs(), ...this.#inFlight.map(({ endNs }) => endNs));
      if (nextNs === Number.POSITIVE_INFINITY) return;
      if (nextNs > this.nowNs) {
        work.rested?.(nextNs - this.nowNs);
        this.nowNs = nextNs;
      }
      const over = this.#inFlight.filter(({ endNs }) => endNs <= this.nowNs).toSorted((a, b) => a.endNs - b.endNs);
      this.#inFlight = this.#inFlight.filter(({ endNs }) => endNs > this.nowNs);
      for (const one of over) work.settled(one.client, this.#outcome(one));
    }
  }

  #startDue(work: Work<VirtualClient>): void {
    for (let client = work.next(this.nowNs); client !== undefined; client = work.next(this.nowNs)) {
      const startNs = this.nowNs;
      const offered = client.session;
      this.starts.push({ mode: client.client.settings.mode, atNs: startNs, offered });
      this.nowNs += this.#server.startCostNs ?? 0;
      this.#inFlight.push({ client, startNs, endNs: startNs + this.#server.serviceNs(startNs, offered), offered });
    }
  }

  #outcome({ startNs, offered }: InFlight): Outcome {
    const { failure, resumes = () => true, gives = true } = this.#server;
    const resumed = offered !== undefined && resumes(offered, startNs);
    const session = gives ? fakeSession(this.nowNs) : undefined;
    const take = (): FakeSession | undefined => {
      if (session !== undefined && !this.taken.includes(session)) this.taken.push(session);
      return session;
    };
    return {
      failure: failure?.(startNs),
      startNs,
      connectNs: 0,
      handshakeNs: this.nowNs - startNs,
      split: undefined,
      retransmissions: 0,
      ticketNs: 0,
      answerStatus: 0,
      firstByteNs: 0,
      endNs: this.nowNs,
      evidence: { protocol: 'TLSv1.2', resumed, offered: offered?.mechanism, earlyData: 'none', hello: undefined },
      ticketsReceived: gives ? 1 : 0,
      unusableTicket: undefined,
      asksForCertificate: false,
      newestTicket: session,
      get session() {
        return take();
      },
      bytesIn: 1,
      bytesOut: 1,
      negotiated: () => ({ cipher: '', group: '', alpn: '', keyType: '', certificateSha256: '' }),
    };
  }
}

export interface FakeSession extends Session {
  isFreed: boolean;
}

const fakeSession = (receivedNs: number, lifetimeS = 0): FakeSession => {
  const session: FakeSession = {
    mechanism: 'ticket',
    lifetimeS,
    receivedNs,
    ticketBytes: 100,
    isFreed: false,
    der: () => Buffer.alloc(0),
    free: () => {
      if (session.isFreed) throw new Error('a session is freed twice');
      session.isFreed = true;
    },
  };
  return session;
};

export const fakeClient = (mode: Mode): Client => ({
  settings: { protocol: 'TLSv1.2', mode } as Partial<ClientSettings> as ClientSettings,
  close: () => undefined,
});

export interface FakeStream {
  readonly mode: Mode;
  readonly weight?: number;
  readonly clients?: number;
  readonly policy?: SessionPolicy;
  readonly offerAfterNs?: number;
}

/** A window on primed clients, as a worker makes it. */
export const fakeWindow = (pace: Pace, streams: readonly FakeStream[], isScheduled = true, timelineNs?: number) => {
  const counters = new Counters();
  const pools = streams.map(({ mode, clients = 4, policy = 'distinct', offerAfterNs = 0 }, stream) => {
    const client = fakeClient(mode);
    const expectation = new TicketExpectation();
    const make = (sessions: SessionStore): VirtualClient => new VirtualClient(client, stream, { sessions, expectation });
    const shared = policy === 'newest' || policy === 'fixed' ? new SessionStore(policy, offerAfterNs) : undefined;
    return new ClientPool(Array.from({ length: clients }, () => primed(make(shared ?? new SessionStore(policy, offerAfterNs)))));
  });
  const window = new LoadWindow({
    pools,
    tallies: pools.map(() => new Tally(isScheduled, timelineNs)),
    turns: new PermutedBlocks(
      streams.map(({ weight = 1 }) => weight),
      seededRandom(5),
    ),
    random: seededRandom(6),
    stalls: new StallWatch(),
    pace,
    counters,
    cpu: new CpuSplit(streams.length, () => undefined),
    tapEvery: 32,
    isSequential: false,
  });
  return { window, counters, pools };
};

/** A client that has made its priming handshake at time 0. */
const primed = (client: VirtualClient): VirtualClient => {
  client.startPriming();
  const primer = new FakeEngine({ serviceNs: () => 0 });
  primer.run({
    next: oneOf(client),
    dueNs: () => Number.POSITIVE_INFINITY,
    isCancelled: () => false,
    settled: (settled, outcome) => {
      settled.observe(outcome);
    },
  });
  return client;
};

const oneOf = (client: VirtualClient): (() => VirtualClient | undefined) => {
  const rest = [client];
  return () => rest.pop();
};
