import { Arena } from '../../../engine/arena.ts';
import { nowNs } from '../../../engine/clock.ts';
import { burn } from '../burn.ts';
import type { RunningServer } from '../running-server.ts';
import type { ServerOptions } from '../server-messages.ts';
import { alertSender } from './alerts.ts';
import { ServerConnection } from './connection.ts';
import { serverContext } from './context.ts';
import { Deadlines } from './deadlines.ts';
import { FaultSource } from './faults.ts';
import type { NativeParts } from './library.ts';
import { LISTEN_ADDRESS, Listener } from './listener.ts';
import { Poller } from './poller.ts';
import { newSurroundings, type ConnectionSurroundings } from './surroundings.ts';

/** Connections that are accepted before others are looked after again. */
const MOST_ACCEPTED = 64;

/** TLS 1.3 tickets that libssl gives unless it is given another number. */
const DEFAULT_TICKETS = 2;

/**
 * Starts the reference server on the libssl inside Node.
 *
 * @throws ResumarkError ENGINE naming a setting that this libssl does not take.
 * @throws ListenError when the port is taken or forbidden.
 */
export const startLibsslServer = ({ openssl, libc, nodeLoop }: NativeParts, options: ServerOptions): RunningServer => {
  const arena = new Arena();
  const poller = new Poller(libc, arena);
  const { faults: wanted, earlyData: takesEarlyData, tickets = DEFAULT_TICKETS } = options.knobs;
  const faults = new FaultSource(wanted);
  const { pointer: context, rotate, renew } = serverContext(openssl, options, faults);
  const counts = { handshakes: 0, resumed: 0 };
  const count = (isResumed: boolean): void => {
    counts.handshakes += 1;
    if (isResumed) counts.resumed += 1;
  };
  const listener = new Listener(libc, arena, options.port);
  const held = new Deadlines();
  const hold = (fd: number, ns: number): void => {
    held.add(fd, nowNs() + ns);
  };
  const surroundings = newSurroundings({
    openssl,
    libc,
    poller,
    context,
    takesEarlyData,
    lateTickets: wanted.ticketsAfterData ? tickets : 0,
    faults,
    sendAlert: alertSender(libc, wanted.alert?.at),
    hold,
    count,
  });
  new Loop({ poller, listener, nodeLoop, held, surroundings, options }).run();
  return {
    library: libraryOf(openssl.version),
    address: LISTEN_ADDRESS,
    port: listener.port,
    counts: () => counts,
    rotate,
    renew,
  };
};

/** `OpenSSL 3.5.8 9 Apr 2026` as `OpenSSL 3.5.8`. */
const libraryOf = (version: string): string => version.split(' ').slice(0, 2).join(' ');

interface LoopParts {
  readonly poller: Poller;
  readonly listener: Listener;
  readonly nodeLoop: number;
  /** Connections that wait for their time: to begin, or to go on. */
  readonly held: Deadlines;
  readonly surroundings: ConnectionSurroundings;
  readonly options: ServerOptions;
}

/** The synchronous loop: accepts, begins what falls due, moves on what has come, and lets Node in when Node has something to do. */
class Loop {
  readonly #poller: Poller;
  readonly #listener: Listener;
  readonly #surroundings: ConnectionSurroundings;
  readonly #delayNs: number;
  readonly #workNs: number;
  readonly #nodeLoop: number;
  /** By descriptor; each serves all connections that come to have it. */
  readonly #connections: ServerConnection[] = [];
  readonly #held: Deadlines;
  readonly #faults: FaultSource;

  constructor({ poller, listener, nodeLoop, held, surroundings, options }: LoopParts) {
    this.#poller = poller;
    this.#listener = listener;
    this.#nodeLoop = nodeLoop;
    this.#held = held;
    this.#faults = surroundings.faults;
    this.#surroundings = surroundings;
    this.#delayNs = options.delayMs * 1e6;
    this.#workNs = options.workMs * 1e6;
    poller.watch(listener.fd);
    poller.watch(nodeLoop);
  }

  run(): void {
    // Node's loop sees its own descriptors before it comes back here.
    setImmediate(() => {
      let isNodeWaiting = false;
      while (!isNodeWaiting) isNodeWaiting = this.#turn();
      this.run();
    });
  }

  /** @returns whether Node should have a turn. */
  #turn(): boolean {
    const wait = this.#held.nextNs - nowNs();
    const events = this.#poller.wait(wait);
    let isNodeWaiting = events <= 0 && wait > 0;
    for (let event = 0; event < events; event++) {
      const fd = this.#poller.descriptor(event);
      if (fd === this.#listener.fd) this.#acceptAll();
      else if (fd === this.#nodeLoop) isNodeWaiting = true;
      else this.#connections[fd]?.advance();
    }
    this.#beginDue();
    return isNodeWaiting;
  }

  #acceptAll(): void {
    for (let accepted = 0; accepted < MOST_ACCEPTED; accepted++) {
      const fd = this.#listener.accept();
      if (fd < 0) return;
      // The client's TCP connect is quick all the same; its handshake waits.
      const delayNs = this.#delayNs + this.#faults.jitterNs();
      if (delayNs > 0) this.#held.add(fd, nowNs() + delayNs);
      else this.#begin(fd);
    }
  }

  #beginDue(): void {
    for (let fd = this.#held.takeDue(nowNs()); fd !== undefined; fd = this.#held.takeDue(nowNs())) {
      const connection = this.#connections[fd];
      if (connection?.isStalled === true) connection.wake();
      else this.#begin(fd);
    }
  }

  #begin(fd: number): void {
    if (this.#workNs > 0) burn(this.#workNs);
    const connection = (this.#connections[fd] ??= new ServerConnection(fd, this.#surroundings));
    connection.begin();
  }
}
