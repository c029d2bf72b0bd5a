import type { Arena } from '../../../engine/arena.ts';
import { wordsOf, type NativeMemory } from '../../../engine/ffi.ts';
import {
  CLOCK_MONOTONIC,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_MOD,
  EPOLLET,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  TIMER_NONBLOCKING,
  type Libc,
} from '../../../engine/reactor/libc.ts';

/** Most events that one wait returns; further ones wait for the next. */
const MOST_EVENTS = 256;

/** `struct epoll_event` is packed on x64 and padded elsewhere. */
const EVENT_WORDS = process.arch === 'x64' ? 3 : 4;
const TOKEN_WORD = EVENT_WORDS - 2;

/** A timer of Node's own, which has no descriptor, is late by at most this. */
const LONGEST_WAIT_MS = 1000;

/** Waits for descriptors; the token of an event is the descriptor. Nothing is allocated per wait. */
export class Poller {
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #timer: number;
  readonly #event: NativeMemory;
  readonly #eventWord: Uint32Array;
  readonly #events: NativeMemory;
  readonly #eventWords: Uint32Array;
  /** `struct itimerspec`: no interval, and when to go off. */
  readonly #timerValue: NativeMemory;

  constructor(libc: Libc, arena: Arena) {
    this.#libc = libc;
    this.#event = arena.allocate(EVENT_WORDS * 4);
    this.#eventWord = wordsOf(this.#event);
    this.#events = arena.allocate(MOST_EVENTS * EVENT_WORDS * 4);
    this.#eventWords = wordsOf(this.#events);
    this.#timerValue = arena.allocate(32);
    this.#epoll = libc.epollCreate(EPOLL_CLOEXEC);
    this.#timer = libc.timerCreate(CLOCK_MONOTONIC, TIMER_NONBLOCKING);
    this.#control(EPOLL_CTL_ADD, this.#timer, EPOLLIN | EPOLLET);
  }

  /** Reports a descriptor as long as there is something to read. */
  watch(fd: number): void {
    this.#control(EPOLL_CTL_ADD, fd, EPOLLIN);
  }

  /** Reports a connection each time that something has come, or that it has ended. */
  watchArrivals(fd: number): void {
    this.#control(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLRDHUP | EPOLLET);
  }

  /** Reports a connection, in the same way, also when there is room to send. */
  watchRoom(fd: number): void {
    const events = EPOLLIN | EPOLLRDHUP | EPOLLET | EPOLLOUT;
    if (this.#control(EPOLL_CTL_MOD, fd, events) < 0) this.#control(EPOLL_CTL_ADD, fd, events);
  }

  /** Waits for events, at most so many ns. @returns how many there are. */
  wait(ns: number): number {
    if (ns <= 0) return this.#wait(0);
    if (ns < LONGEST_WAIT_MS * 1e6) this.#wakeIn(ns);
    return this.#wait(LONGEST_WAIT_MS);
  }

  /** The descriptor that an event of the last wait is of. */
  descriptor(event: number): number {
    return this.#eventWords[event * EVENT_WORDS + TOKEN_WORD] ?? 0;
  }

  #control(operation: number, fd: number, events: number): number {
    this.#eventWord[0] = events;
    this.#eventWord[TOKEN_WORD] = fd;
    return this.#libc.epollCtl(this.#epoll, operation, fd, this.#event.address);
  }

  #wait(timeoutMs: number): number {
    return this.#libc.epollWait(this.#epoll, this.#events.address, MOST_EVENTS, timeoutMs);
  }

  /** Ends a later wait after so many ns; epoll_wait itself counts in ms. */
  #wakeIn(ns: number): void {
    const { bytes, address } = this.#timerValue;
    bytes.writeBigInt64LE(BigInt(Math.floor(ns / 1e9)), 16);
    // All zero would be no timer.
    bytes.writeBigInt64LE(BigInt(Math.max(1, Math.ceil(ns % 1e9))), 24);
    this.#libc.timerSet(this.#timer, 0, address, 0);
  }
}
