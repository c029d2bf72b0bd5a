import { AddressLog, type Span } from '../../../../src/analysis/probe/watch/log.ts';
import { ParkedSessions } from '../../../../src/analysis/probe/watch/parked.ts';
import { watchReport, type WatchLimits } from '../../../../src/analysis/probe/watch/report.ts';
import type { WatchReport } from '../../../../src/domain/watch-report.ts';
import type { Random } from '../../../../src/stats/random.ts';

/** What a simulated fleet does: each node changes its key each period, and takes the tickets of so many keys before. */
export interface Truth {
  readonly periodMs: number;
  /** Time by which each node is ahead. */
  readonly phasesMs: readonly number[];
  readonly keep: number;
  readonly lifetimeMs: number;
  /** True where the age of a renewed session begins anew. */
  readonly prolongs: boolean;
  readonly hasNames: boolean;
}

/** How the fleet is watched; each handshake takes up to so long. */
export interface Watch {
  readonly everyMs: number;
  readonly forMs: number;
  readonly slownessMs: number;
  readonly random: Random;
}

interface Ticket {
  readonly key: number;
  /** The moment at which the server counts it from. */
  readonly madeMs: number;
}

/** One node, polled as the watch of a probe polls it. */
class Node {
  readonly log = new AddressLog();
  readonly dropped: Ticket[] = [];
  readonly #parked = new ParkedSessions<Ticket>((ticket) => this.dropped.push(ticket));
  readonly #truth: Truth;
  readonly #phaseMs: number;
  readonly #watch: Watch;
  #clockMs = 0;
  #link: Ticket | undefined;

  constructor(truth: Truth, phaseMs: number, watch: Watch) {
    this.#truth = truth;
    this.#phaseMs = phaseMs;
    this.#watch = watch;
  }

  poll(dueMs: number, isLast: boolean): void {
    this.#clockMs = Math.max(this.#clockMs, dueMs);
    const nowMs = this.#clockMs;
    const { span, atMs } = this.#handshake();
    const ticket = { key: this.#keyAt(atMs), madeMs: atMs };
    const name = this.#truth.hasNames ? String(ticket.key) : '';
    this.log.see(name, span);
    if (this.#link !== undefined) this.#goOn(this.#link);
    for (const { session, ...given } of this.#parked.due(this.log, { nowMs, everyMs: this.#watch.everyMs, isLast })) {
      const offered = this.#handshake();
      this.log.offers.push({ ...given, ...offered.span, honoured: this.#takes(session, offered.atMs) });
    }
    if (this.#link === undefined) {
      this.#link = ticket;
      this.log.beginChain(span);
    } else {
      this.#parked.park({ name, got: span, statedS: this.#truth.lifetimeMs / 1000, session: ticket });
    }
  }

  #goOn(link: Ticket): void {
    const { span, atMs } = this.#handshake();
    const honoured = this.#takes(link, atMs);
    this.log.goOn(span, { honoured, renewed: honoured });
    this.#link = honoured ? { key: this.#keyAt(atMs), madeMs: this.#truth.prolongs ? atMs : link.madeMs } : undefined;
  }

  #takes({ key, madeMs }: Ticket, atMs: number): boolean {
    return this.#keyAt(atMs) - key <= this.#truth.keep && atMs - madeMs < this.#truth.lifetimeMs;
  }

  #keyAt(ms: number): number {
    return Math.floor((ms + this.#phaseMs) / this.#truth.periodMs);
  }

  /** The server looks at its clock at some moment of a handshake. */
  #handshake(): { readonly span: Span; readonly atMs: number } {
    const { random, slownessMs } = this.#watch;
    const fromMs = this.#clockMs + random() * slownessMs;
    const atMs = fromMs + random() * slownessMs;
    this.#clockMs = atMs + random() * slownessMs;
    return { span: { fromMs, toMs: this.#clockMs }, atMs };
  }
}

/** Watches a simulated fleet. */
export const watchSimulated = (truth: Truth, watch: Watch, limits?: WatchLimits): WatchReport => {
  const nodes = truth.phasesMs.map((phaseMs) => new Node(truth, phaseMs, watch));
  for (let dueMs = 0; dueMs <= watch.forMs; dueMs += watch.everyMs) {
    for (const node of nodes) node.poll(dueMs, dueMs + watch.everyMs > watch.forMs);
  }
  return watchReport(
    {
      protocol: 'TLSv1.3',
      mechanism: 'psk',
      everyMs: watch.everyMs,
      durationMs: watch.forMs,
      addresses: nodes.map(({ log }, address) => ({ address, log })),
    },
    limits,
  );
};
