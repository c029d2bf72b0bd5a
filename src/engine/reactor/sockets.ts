import type { Failure } from '../../domain/failure.ts';
import type { Arena } from '../arena.ts';
import { lastErrno, type NativeMemory } from '../ffi.ts';
import { systemFailure } from '../system-failure.ts';
import { Epoll } from './epoll.ts';
import {
  AF_INET,
  AF_UNSPEC,
  CLOCK_THREAD_CPUTIME_ID,
  EAGAIN,
  EINPROGRESS,
  EPIPE,
  EPOLL_CTL_ADD,
  EPOLL_CTL_MOD,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLRDHUP,
  ERRNO_NAMES,
  IP_BIND_ADDRESS_NO_PORT,
  IPPROTO_IP,
  IPPROTO_TCP,
  MSG_NOSIGNAL,
  MSG_TRUNC,
  SO_LINGER,
  SOCK_STREAM_NONBLOCKING,
  SOL_SOCKET,
  TCP_NODELAY,
  type Libc,
} from './libc.ts';
import { RESET, type Receiver } from './receiver.ts';
import type { SocketAddress } from './socket-address.ts';
import { TcpInfo } from './tcp-info.ts';

/** A loop that sleeps longer would notice a stop too late; the engine promises 50 ms. */
const LONGEST_SLEEP_MS = 20;

/** Most events that one epoll_wait returns; further ones wait for the next. */
const MOST_EVENTS = 512;

/** Enough for all that end between two turns of the loop; more would only hold descriptors. */
const MOST_SPARE = 512;

/** The events of a socket that something has come from, reported once. */
const INPUT = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;

/** More than a server says after the end of a handshake. */
const MOST_DISCARDED = 65_536;

/** The peer had ended its side before, and then refused what came: an end like any other. */
const ENDED = -3;

export interface SocketsOptions {
  readonly libc: Libc;
  readonly arena: Arena;
  /** Has every socket's arrivals stamped. */
  readonly receiver: Receiver;
  /** Look for events without ever sleeping. */
  readonly spin: boolean;
}

/** Non-blocking TCP sockets and their readiness, over the C library; nothing is allocated per call. */
export class Sockets {
  readonly receiver: Receiver;
  readonly tcpInfo: TcpInfo;
  readonly #libc: Libc;
  readonly #spin: boolean;
  readonly #epoll: Epoll;
  /** 1 for TCP_NODELAY, and {1, 0} for SO_LINGER, side by side; then room for 16 bytes of what a call gives. */
  readonly #options: NativeMemory;
  /** `struct sockaddr` of family AF_UNSPEC. */
  readonly #nowhere: NativeMemory;
  /** Family, by descriptor, of a socket that can be used again; 0 of one that cannot. */
  readonly #families: number[] = [];
  /** Descriptors that epoll knows. */
  readonly #isRegistered: boolean[] = [];
  /** Unconnected sockets that wait for use. */
  readonly #spare4: number[] = [];
  readonly #spare6: number[] = [];

  constructor({ libc, arena, receiver, spin }: SocketsOptions) {
    this.#libc = libc;
    this.receiver = receiver;
    this.tcpInfo = new TcpInfo(libc, arena);
    this.#options = arena.allocate(32);
    this.#nowhere = arena.allocate(16);
    this.#spin = spin;
    this.#epoll = new Epoll(libc, arena, MOST_EVENTS);
    this.#options.bytes.writeInt32LE(1, 0);
    this.#nowhere.bytes.writeUInt16LE(AF_UNSPEC, 0);
  }

  /**
   * Begins to connect a socket, a spare one if there is any. Nothing of it is reported before it is watched.
   *
   * @returns the descriptor, or the failure.
   */
  open(address: SocketAddress, source: SocketAddress | undefined): number | Failure {
    const libc = this.#libc;
    const spare = source === undefined ? this.#spares(address.family).pop() : undefined;
    const fd = spare ?? this.#create(address.family);
    if (fd < 0) return this.#failure();
    this.#families[fd] = source === undefined ? address.family : 0;
    if (source !== undefined) {
      // The port is chosen at connect: then it need be free for this destination only.
      libc.setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, this.#options.address, 4);
      if (libc.bind(fd, source.memory.address, source.memory.bytes.length) < 0) return this.#giveUp(fd);
    }
    const isRefused = libc.connect(fd, address.memory.address, address.memory.bytes.length) < 0 && lastErrno() !== EINPROGRESS;
    return isRefused ? this.#giveUp(fd) : fd;
  }

  /** Returns the state of a connection that was begun. To a near peer it is mostly made at once. */
  connection(fd: number): 'made' | 'pending' | Failure {
    // Linux does not take even nothing to send before the connection is there.
    if (this.#libc.send(fd, this.#options.address, 0, MSG_NOSIGNAL) === 0) return 'made';
    return lastErrno() === EAGAIN ? 'pending' : this.#failure();
  }

  /**
   * Reports, once and under the token, that the peer has sent something or has ended the connection. A socket that has been reported is
   * silent until it is watched again, so one that only lingers wakes nobody.
   */
  watchInput(fd: number, token: number): Failure | undefined {
    return this.#watch(fd, token, INPUT);
  }

  /** Reports, in the same way, also that something can be sent. */
  watchInputAndOutput(fd: number, token: number): Failure | undefined {
    return this.#watch(fd, token, INPUT | EPOLLOUT);
  }

  /** Waits for readiness, at most so many ns and not long. @returns how many events there are. */
  waitFor(ns: number): number {
    if (ns <= 0 || this.#spin) return this.#epoll.wait(0);
    if (ns < LONGEST_SLEEP_MS * 1e6) this.#epoll.wakeIn(ns);
    return this.#epoll.wait(LONGEST_SLEEP_MS);
  }

  /** The token of an event of the last wait. */
  token(event: number): number {
    return this.#epoll.token(event);
  }

  /** The readiness bits of an event of the last wait. */
  bits(event: number): number {
    return this.#epoll.bits(event);
  }

  /** @returns how many bytes were taken; 0 when the socket's buffer is full; RESET or another negative number when the connection is gone. */
  send(fd: number, address: number, bytes: number): number {
    const sent = this.#libc.send(fd, address, bytes, MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    const errno = lastErrno();
    if (errno === EAGAIN) return 0;
    return errno === EPIPE ? ENDED : RESET;
  }

  /** Returns true when the peer has sent something, or has ended the connection. Consumes a byte of it. */
  hasInput(fd: number): boolean {
    return this.#libc.recv(fd, this.#options.address + 16, 1, 0) >= 0 || lastErrno() !== EAGAIN;
  }

  /** Returns true when the peer has ended the connection. Discards what it has sent before. */
  hasEnded(fd: number): boolean {
    const { address } = this.#options;
    // With this flag TCP counts the bytes and writes none of them.
    let received = this.#libc.recv(fd, address, MOST_DISCARDED, MSG_TRUNC);
    if (received > 0) received = this.#libc.recv(fd, address, MOST_DISCARDED, MSG_TRUNC);
    return received === 0 || (received < 0 && lastErrno() !== EAGAIN);
  }

  /**
   * Ends a connection by a reset. Its socket is kept for the next one, which saves making, setting up, registering and destroying one: a
   * tenth of what a resumed handshake costs. Not one that is bound to a source address, which would stay with it.
   */
  close(fd: number): void {
    const family = this.#families[fd] ?? 0;
    const spares = this.#spares(family);
    // Linux ends a TCP connection when it is connected to no address.
    const isKept =
      family !== 0 &&
      spares.length < MOST_SPARE &&
      this.#libc.connect(fd, this.#nowhere.address, this.#nowhere.bytes.length) === 0;
    if (isKept) spares.push(fd);
    else this.#libc.close(fd);
  }

  /** CPU time of this thread in ns. */
  threadCpuNs(): number {
    this.#libc.clockGettime(CLOCK_THREAD_CPUTIME_ID, this.#options.address + 16);
    const { bytes } = this.#options;
    return Number(bytes.readBigInt64LE(16)) * 1e9 + Number(bytes.readBigInt64LE(24));
  }

  closeAll(): void {
    this.receiver.close();
    for (const fd of [...this.#spare4, ...this.#spare6]) this.#libc.close(fd);
    this.#epoll.close();
  }

  #create(family: number): number {
    const libc = this.#libc;
    const fd = libc.socket(family, SOCK_STREAM_NONBLOCKING, 0);
    if (fd < 0) return fd;
    this.#isRegistered[fd] = false;
    const one = this.#options.address;
    // Nagle and delayed ACK together would add a plateau of 40 ms.
    libc.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, one, 4);
    // A close is then a reset: no TIME_WAIT holds the port.
    libc.setsockopt(fd, SOL_SOCKET, SO_LINGER, one, 8);
    this.receiver.stamp(fd);
    return fd;
  }

  #watch(fd: number, token: number, events: number): Failure | undefined {
    const operation = this.#isRegistered[fd] === true ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (this.#epoll.control(operation, fd, events, token) < 0) return this.#failure();
    this.#isRegistered[fd] = true;
    return undefined;
  }

  #spares(family: number): number[] {
    return family === AF_INET ? this.#spare4 : this.#spare6;
  }

  #giveUp(fd: number): Failure {
    const failure = this.#failure();
    this.#libc.close(fd);
    return failure;
  }

  #failure(): Failure {
    return failureOf(lastErrno());
  }
}

const failureOf = (errno: number): Failure =>
  systemFailure(ERRNO_NAMES[errno] ?? '') ?? { kind: 'local', detail: `errno_${String(errno)}` };
