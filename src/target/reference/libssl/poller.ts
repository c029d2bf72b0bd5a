import type { Arena } from '../../../engine/arena.ts';
import { Epoll } from '../../../engine/reactor/epoll.ts';
import { EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLLET, EPOLLIN, EPOLLOUT, EPOLLRDHUP, type Libc } from '../../../engine/reactor/libc.ts';

/** Most events that one wait returns; further ones wait for the next. */
const MOST_EVENTS = 256;

/** A timer of Node's own, which has no descriptor, is late by at most this. */
const LONGEST_WAIT_MS = 1000;

/** The events of a connection, each reported when it is new. */
const ARRIVALS = EPOLLIN | EPOLLRDHUP | EPOLLET;

/** Waits for descriptors; the token of an event is the descriptor. */
export class Poller {
  readonly #epoll: Epoll;

  constructor(libc: Libc, arena: Arena) {
    this.#epoll = new Epoll(libc, arena, MOST_EVENTS);
  }

  /** Reports a descriptor as long as there is something to read. */
  watch(fd: number): void {
    this.#epoll.control(EPOLL_CTL_ADD, fd, EPOLLIN, fd);
  }

  /** Reports a connection each time that something has come, or that it has ended. */
  watchArrivals(fd: number): void {
    this.#epoll.control(EPOLL_CTL_ADD, fd, ARRIVALS, fd);
  }

  /** Reports a connection, in the same way, also when there is room to send. */
  watchRoom(fd: number): void {
    const events = ARRIVALS | EPOLLOUT;
    if (this.#epoll.control(EPOLL_CTL_MOD, fd, events, fd) < 0) this.#epoll.control(EPOLL_CTL_ADD, fd, events, fd);
  }

  /** Waits for events, at most so many ns. @returns how many there are. */
  wait(ns: number): number {
    if (ns <= 0) return this.#epoll.wait(0);
    if (ns < LONGEST_WAIT_MS * 1e6) this.#epoll.wakeIn(ns);
    return this.#epoll.wait(LONGEST_WAIT_MS);
  }

  /** The descriptor that an event of the last wait is of. */
  descriptor(event: number): number {
    return this.#epoll.token(event);
  }
}
