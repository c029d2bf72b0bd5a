import { nowNs } from '../clock.ts';
import type { Attempt, Engine, Work } from '../engine.ts';
import { nodeClient } from './client.ts';
import { NodeConnection } from './connection.ts';

/** Interval at which a cancelled run is noticed while nothing else happens. */
const CANCEL_CHECK_MS = 20;

/** The engine that runs everywhere: `node:tls`. */
export const openNodeEngine = (): Engine => ({
  name: 'node',
  library: `node:tls, OpenSSL ${process.versions.openssl}`,
  readsEveryHello: false,
  stamps: undefined,
  tellsTurns: false,
  showsMessages: false,
  client: nodeClient,
  run: (work) => new Pump(work).run(),
  threadCpuNs: () => undefined,
  close: () => undefined,
});

/** Keeps a work's attempts in flight until it has no more. */
class Pump<Own extends Attempt> {
  readonly #work: Work<Own>;
  readonly #inFlight = new Set<NodeConnection<Own>>();
  /** Connections whose sockets are not closed yet: those in flight, and those that linger. */
  readonly #open = new Set<NodeConnection<Own>>();
  /** True once no further attempt comes. */
  #isOver = false;
  readonly #done: Promise<void>;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #dueTimer: NodeJS.Timeout | undefined;
  #idleMs = performance.eventLoopUtilization().idle;

  constructor(work: Work<Own>) {
    this.#work = work;
    this.#done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  async run(): Promise<void> {
    const cancelCheck = setInterval(() => {
      if (this.#work.isCancelled()) this.#abandon();
    }, CANCEL_CHECK_MS);
    try {
      this.#startDue();
      await this.#done;
    } finally {
      clearInterval(cancelCheck);
      clearTimeout(this.#dueTimer);
    }
  }

  #startDue(): void {
    if (this.#work.isCancelled()) {
      this.#abandon();
      return;
    }
    let attempt = this.#work.next(nowNs());
    while (attempt !== undefined) {
      const connection = new NodeConnection(attempt, { onEnd: this.#settle, onClosed: this.#noteClosed });
      this.#inFlight.add(connection);
      this.#open.add(connection);
      attempt = this.#work.next(nowNs());
    }
    const dueNs = this.#work.dueNs();
    clearTimeout(this.#dueTimer);
    if (Number.isFinite(dueNs)) {
      this.#dueTimer = setTimeout(
        () => {
          this.#startDue();
        },
        Math.max(0, (dueNs - nowNs()) / 1e6),
      );
    } else if (this.#inFlight.size === 0) this.#finish();
  }

  readonly #settle = (connection: NodeConnection<Own>): void => {
    this.#inFlight.delete(connection);
    try {
      this.#tellRest();
      this.#work.settled(connection.attempt, connection);
      this.#startDue();
    } catch (error) {
      // Thrown inside a socket's event it would end the process instead of the run.
      this.#reject(error);
    }
  };

  #tellRest(): void {
    const { idle } = performance.eventLoopUtilization();
    this.#work.rested?.(Math.round((idle - this.#idleMs) * 1e6));
    this.#idleMs = idle;
  }

  #finish(): void {
    this.#isOver = true;
    if (this.#open.size === 0) this.#resolve();
  }

  readonly #noteClosed = (connection: NodeConnection<Own>): void => {
    this.#open.delete(connection);
    if (this.#isOver && this.#open.size === 0) this.#resolve();
  };

  #abandon(): void {
    for (const connection of this.#open) connection.abandon();
    this.#inFlight.clear();
    this.#finish();
  }
}
