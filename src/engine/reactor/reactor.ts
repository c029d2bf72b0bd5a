import { ORDERLY_CLOSE_MS } from '../../domain/client-options.ts';
import type { Failure } from '../../domain/failure.ts';
import { nowNs } from '../clock.ts';
import { LINGER_MS, NO_WORK, type Attempt, type Client, type Work } from '../engine.ts';
import type { TlsConnection, Exchange } from './tls-connection.ts';
import { Lingering } from './lingering.ts';
import { EPOLLOUT } from './libc.ts';
import { Sender } from './sender.ts';
import { MOST_SLOTS, Slot } from './slot.ts';
import type { SocketAddress } from './socket-address.ts';
import { NOTHING_YET, RESET } from './receiver.ts';
import type { Sockets } from './sockets.ts';

/** Interval at which stages are checked for their deadlines; timeouts are late by at most this. */
const DEADLINE_CHECK_NS = 10e6;

/** A flight of ours is a single segment, which Linux sends again after 200 ms (TCP_RTO_MIN) at the earliest: before, none was. */
const LEAST_RETRANSMISSION_NS = 150e6;

/** A client with the addresses that the reactor connects. */
export interface ReactorClient extends Client {
  readonly address: SocketAddress;
  /** Local addresses to connect from, in turn. */
  readonly sources: readonly SocketAddress[];
}

export interface ReactorOptions {
  readonly sockets: Sockets;
  readonly exchange: Exchange;
  readonly newConnection: () => TlsConnection;
}

/** The synchronous loop of one thread: starts what falls due, moves bytes between sockets and TLS connections, keeps the times. */
export class Reactor {
  readonly #sockets: Sockets;
  readonly #sender: Sender;
  readonly #newConnection: () => TlsConnection;
  #work: Work = NO_WORK;
  readonly #slots: Slot[] = [];
  readonly #free: Slot[] = [];
  /** Connections that ended without a word, and those whose end the server was told. */
  readonly #lingering: Lingering;
  readonly #notified: Lingering;
  #inFlight = 0;
  #started = 0;
  #hasSettled = false;
  #nextCheckNs = 0;

  constructor({ sockets, exchange, newConnection }: ReactorOptions) {
    this.#sockets = sockets;
    this.#sender = new Sender(sockets, exchange);
    this.#newConnection = newConnection;
    this.#lingering = new Lingering(LINGER_MS, sockets, (fd) => sockets.hasInput(fd));
    this.#notified = new Lingering(ORDERLY_CLOSE_MS, sockets, (fd) => sockets.hasEnded(fd));
  }

  /** Runs a work to its end, or until it is paused. Slots are kept for the next run: making them takes longer than many a handshake. */
  run<Own extends Attempt>(work: Work<Own>): void {
    // The reactor hands back what it was handed: an attempt of another kind cannot come to this work.
    this.#work = work;
    for (;;) {
      if (this.#work.isCancelled()) {
        this.#abandonAll();
        return;
      }
      if (this.#work.isPaused?.() === true) return;
      this.#startDue();
      const isOver = this.#inFlight === 0 && this.#work.dueNs() === Number.POSITIVE_INFINITY;
      if (isOver && this.#lingering.count === 0 && this.#notified.count === 0) return;
      this.#turn();
    }
  }

  /** Drops what is in flight, and frees all slots: no further run may begin. */
  close(): void {
    this.#abandonAll();
    for (const { connection } of this.#slots.splice(0)) connection.free();
    this.#free.length = 0;
  }

  #startDue(): void {
    this.#hasSettled = false;
    let now = nowNs();
    for (let attempt = this.#work.next(now); attempt !== undefined; attempt = this.#work.next(now)) {
      this.#start(attempt, now);
      now = nowNs();
    }
  }

  #turn(): void {
    const events = this.#wait();
    for (let event = 0; event < events; event++) {
      const slot = this.#slotOf(this.#sockets.token(event));
      if (slot !== undefined) {
        this.#ready(slot, this.#sockets.bits(event));
        this.#watch(slot);
      }
      // At once and not when all events are seen to: a virtual client that waits for its turn would be idle time of ours.
      if (this.#hasSettled || this.#work.dueNs() <= nowNs()) this.#startDue();
    }
    const now = nowNs();
    this.#lingering.expire(now);
    this.#notified.expire(now);
    if (now >= this.#nextCheckNs) this.#checkDeadlines(now);
  }

  /** Waits until a socket is ready or a start is due. @returns how many events there are. */
  #wait(): number {
    const beganNs = nowNs();
    const restNs = this.#work.dueNs() - beganNs;
    const events = this.#sockets.waitFor(restNs);
    if (restNs > 0) this.#work.rested?.(nowNs() - beganNs);
    return events;
  }

  #slotOf(token: number): Slot | undefined {
    const slot = this.#slots[token % MOST_SLOTS];
    return slot !== undefined && slot.stage !== 'free' && token === slot.token ? slot : undefined;
  }

  #start(attempt: Attempt, now: number): void {
    this.#work.turnTo?.(attempt);
    const slot = this.#free.pop() ?? this.#addSlot();
    this.#inFlight += 1;
    slot.begin(attempt, now);
    const client = attempt.client as ReactorClient;
    const source = client.sources[this.#started++ % client.sources.length];
    const opened = this.#sockets.open(client.address, source);
    if (typeof opened === 'number') {
      slot.fd = opened;
      this.#connect(slot);
      this.#watch(slot);
    } else this.#fail(slot, opened);
  }

  /** Talks as soon as the connection is there, as a client does that waits in connect(2): a near server accepts and reads in one go. */
  #connect(slot: Slot): void {
    const connection = this.#sockets.connection(slot.fd);
    if (connection === 'made') this.#startHandshake(slot);
    else if (connection !== 'pending') this.#fail(slot, connection);
  }

  /** Asks for the next event of a slot, if it is still in use. */
  #watch(slot: Slot): void {
    if (slot.stage === 'free') return;
    const hasOutput = slot.stage === 'connecting' || slot.unsent !== undefined;
    const failure = hasOutput
      ? this.#sockets.watchInputAndOutput(slot.fd, slot.token)
      : this.#sockets.watchInput(slot.fd, slot.token);
    if (failure !== undefined) this.#fail(slot, failure);
  }

  #addSlot(): Slot {
    if (this.#slots.length === MOST_SLOTS) throw new RangeError(`more than ${String(MOST_SLOTS)} connections of one worker`);
    const slot = new Slot(this.#slots.length, this.#newConnection());
    this.#slots.push(slot);
    return slot;
  }

  #ready(slot: Slot, bits: number): void {
    if (slot.attempt !== undefined) this.#work.turnTo?.(slot.attempt);
    if (slot.stage === 'connecting') this.#connect(slot);
    else if (slot.unsent !== undefined && (bits & EPOLLOUT) !== 0) this.#sender.sendRest(slot);
    if ((bits & ~EPOLLOUT) !== 0) this.#receive(slot);
  }

  #startHandshake(slot: Slot): void {
    const { attempt } = slot;
    if (attempt === undefined) return;
    const connectedNs = nowNs();
    slot.connectNs = this.#sockets.tcpInfo.synRoundTripNs(slot.fd) ?? connectedNs - slot.startNs;
    slot.stage = 'handshaking';
    slot.deadlineNs = connectedNs + attempt.client.settings.handshakeTimeoutMs * 1e6;
    slot.connection.start(attempt);
    slot.clock.begin(nowNs());
    this.#sender.sendOutput(slot);
    this.#judgeStatus(slot);
  }

  /** Once per event: what is left raises another, and a peer that talks on without end does not keep the loop. */
  #receive(slot: Slot): void {
    if (slot.stage === 'free' || slot.stage === 'connecting') return;
    const { receiver } = this.#sockets;
    const received = receiver.receive(slot.fd);
    if (received === NOTHING_YET) return;
    if (received === RESET || received === 0) {
      this.#receiveEnd(slot, received === RESET);
      return;
    }
    const { clock, connection } = slot;
    slot.bytesIn += received;
    clock.read(receiver.arrivalNs, nowNs());
    connection.receive(received);
    clock.worked(nowNs(), connection.outputBytes > 0);
    this.#sender.sendOutput(slot);
    this.#judgeStatus(slot);
  }

  #receiveEnd(slot: Slot, isReset: boolean): void {
    const end = isReset || slot.isReset ? 'reset' : 'closed';
    if (slot.stage === 'handshaking') this.#fail(slot, { kind: end, detail: '' });
    else if (slot.stage === 'awaiting' && !slot.connection.isConfirmed) this.#fail(slot, { kind: 'unconfirmed', detail: end });
    // Otherwise this is only how the peer ends the connection.
    else this.#settle(slot);
  }

  /** Acts on the status that the connection has come to. */
  #judgeStatus(slot: Slot): void {
    const { connection } = slot;
    if (connection.status === 'failed') this.#fail(slot, connection.failure ?? { kind: 'tls', detail: '' });
    else if (connection.status === 'finished') {
      if (slot.stage === 'handshaking' && slot.attempt !== undefined) slot.finish(slot.attempt);
      if (slot.stage === 'awaiting' && slot.hasRest()) this.#end(slot);
    }
  }

  #end(slot: Slot): void {
    const isAwaited = slot.attempt?.closeNotify === true;
    if (isAwaited || slot.attempt?.client.settings.close === 'notify') {
      slot.stage = isAwaited ? 'closing' : 'notified';
      slot.deadlineNs = nowNs() + ORDERLY_CLOSE_MS * 1e6;
      slot.connection.sendCloseNotify();
      this.#sender.sendOutput(slot);
    }
    if (!isAwaited) this.#settle(slot);
  }

  #fail(slot: Slot, failure: Failure): void {
    slot.failure = failure;
    this.#settle(slot);
  }

  #settle(slot: Slot): void {
    const { attempt } = slot;
    if (attempt === undefined || slot.stage === 'free') return;
    slot.endNs = nowNs();
    const mayHaveLost = slot.endNs - slot.startNs > LEAST_RETRANSMISSION_NS;
    if (mayHaveLost) slot.retransmissions = this.#sockets.tcpInfo.retransmissions(slot.fd);
    this.#giveUpSocket(slot, this.#lingeringOf(slot));
    this.#work.settled(attempt, slot);
    this.#release(slot);
    this.#hasSettled = true;
  }

  /** Returns where a connection that may not be reset yet stays open. */
  #lingeringOf({ failure, stage, connection }: Slot): Lingering | undefined {
    if (failure !== undefined || stage === 'closing') return undefined;
    if (stage === 'notified') return this.#notified;
    return connection.isConfirmed ? undefined : this.#lingering;
  }

  #release(slot: Slot): void {
    slot.connection.release();
    slot.stage = 'free';
    slot.attempt = undefined;
    slot.deadlineNs = Number.POSITIVE_INFINITY;
    this.#free.push(slot);
    this.#inFlight -= 1;
  }

  /** Resets the socket at once, or leaves it to those that stay open a while. */
  #giveUpSocket(slot: Slot, lingering?: Lingering): void {
    if (slot.fd < 0) return;
    if (lingering === undefined) this.#sockets.close(slot.fd);
    else lingering.add(slot.fd, slot.endNs);
    slot.fd = -1;
  }

  #checkDeadlines(now: number): void {
    this.#nextCheckNs = now + DEADLINE_CHECK_NS;
    this.#sockets.receiver.clock?.watch();
    for (const slot of this.#slots) if (now >= slot.deadlineNs) this.#expire(slot, now);
  }

  #expire(slot: Slot, now: number): void {
    if (slot.stage === 'connecting') this.#fail(slot, { kind: 'connect-timeout', detail: '' });
    else if (slot.stage === 'handshaking') this.#fail(slot, { kind: 'handshake-timeout', detail: '' });
    else if (slot.stage === 'awaiting') {
      slot.giveUpRest(now);
      if (slot.hasRest()) this.#end(slot);
    } else this.#settle(slot);
  }

  #abandonAll(): void {
    for (const slot of this.#slots) {
      if (slot.stage === 'free') continue;
      this.#giveUpSocket(slot);
      this.#release(slot);
    }
    this.#lingering.closeAll();
    this.#notified.closeAll();
  }
}
