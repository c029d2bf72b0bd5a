import type { Arena } from '../arena.ts';
import { wordsOf, type NativeMemory } from '../ffi.ts';
import { CLOCK_MONOTONIC, EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLLET, EPOLLIN, TIMER_NONBLOCKING, type Libc } from './libc.ts';

/** `struct epoll_event` is packed on x64 and padded elsewhere. */
const EVENT_WORDS = process.arch === 'x64' ? 3 : 4;
const TOKEN_WORD = EVENT_WORDS - 2;

/** The token of the timer's events: no descriptor and no slot has this number. */
const TIMER_TOKEN = 0xffff_ffff;

/** An epoll set, and a timer that wakes it to the microsecond. Nothing is allocated per call. */
export class Epoll {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #mostEvents: number;
  readonly #event: NativeMemory;
  readonly #eventWord: Uint32Array;
  readonly #events: NativeMemory;
  readonly #eventWords: Uint32Array;
  readonly #timer: number;
  /** `struct itimerspec`: no interval, and when to go off. */
  readonly #timerValue: NativeMemory;

  /** @param mostEvents how many one wait returns at most; further ones wait for the next. */
  constructor(libc: Libc, arena: Arena, mostEvents: number) {
    this.#libc = libc;
    this.#mostEvents = mostEvents;
    this.#events = arena.allocate(mostEvents * EVENT_WORDS * 4);
    this.#event = arena.allocate(EVENT_WORDS * 4);
    this.#timerValue = arena.allocate(32);
    this.#eventWords = wordsOf(this.#events);
    this.#eventWord = wordsOf(this.#event);
    this.#fd = libc.epollCreate(EPOLL_CLOEXEC);
    this.#timer = libc.timerCreate(CLOCK_MONOTONIC, TIMER_NONBLOCKING);
    this.control(EPOLL_CTL_ADD, this.#timer, EPOLLIN | EPOLLET, TIMER_TOKEN);
  }

  /** Has events of a descriptor reported under a token. @returns a negative number when that failed; errno says why. */
  control(operation: number, fd: number, events: number, token: number): number {
    this.#eventWord[0] = events;
    this.#eventWord[TOKEN_WORD] = token;
    return this.#libc.epollCtl(this.#fd, operation, fd, this.#event.address);
  }

  /** @returns how many events there are. */
  wait(timeoutMs: number): number {
    return this.#libc.epollWait(this.#fd, this.#events.address, this.#mostEvents, timeoutMs);
  }

  /**
   * Ends a later wait after so many ns, by an event of no other token. epoll_wait itself counts in ms and may be 50 us late on top (the
   * timer slack of a thread); a timer of its own is late by what waking up takes.
   */
  wakeIn(ns: number): void {
    const { bytes, address } = this.#timerValue;
    bytes.writeBigInt64LE(BigInt(Math.floor(ns / 1e9)), 16);
    // All zero would be no timer.
    bytes.writeBigInt64LE(BigInt(Math.max(1, Math.floor(ns % 1e9))), 24);
    this.#libc.timerSet(this.#timer, 0, address, 0);
  }

  /** The token of an event of the last wait. */
  token(event: number): number {
    return this.#eventWords[event * EVENT_WORDS + TOKEN_WORD] ?? 0;
  }

  /** The readiness bits of an event of the last wait. */
  bits(event: number): number {
    return this.#eventWords[event * EVENT_WORDS] ?? 0;
  }

  close(): void {
    this.#libc.close(this.#timer);
    this.#libc.close(this.#fd);
  }
}
