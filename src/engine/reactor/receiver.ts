import type { Arena } from '../arena.ts';
import { lastErrno, wordsOf, type NativeMemory } from '../ffi.ts';
import {
  AF_INET,
  CLOCK_REALTIME,
  EAGAIN,
  EPIPE,
  SO_TIMESTAMPNS,
  SOCK_STREAM_NONBLOCKING,
  SOL_SOCKET,
  type Libc,
} from './libc.ts';
import { StampClock } from './stamp-clock.ts';

/** Results of a receive that brings no bytes. */
export const NOTHING_YET = -1;
export const RESET = -2;

/** `struct msghdr` of Linux on 64 bits, and the word of it that says how long the control data may be, and then are. */
const MESSAGE_BYTES = 56;
const CONTROL_LENGTH_WORD = 10;
const IOV_BYTES = 16;

/** Control data: room for one message, `struct cmsghdr` and `struct timespec`; words of it. */
const CONTROL_BYTES = 64;
const LEVEL_WORD = 2;
const TYPE_WORD = 3;
const SECONDS_WORD = 4;
const NANOSECONDS_WORD = 6;

export interface ReceiverOptions {
  readonly libc: Libc;
  readonly arena: Arena;
  /** Takes the bytes that come. */
  readonly input: NativeMemory;
}

/**
 * Receives bytes together with the time at which the kernel took the last of them in
 * (SO_TIMESTAMPNS), so that the time until we came to read them is known. Nothing is allocated per call.
 */
export class Receiver {
  /** Converts the kernel's times; `undefined` where the kernel has none, as some containers. */
  readonly clock: StampClock | undefined;
  /** Time of arrival of the last byte that came last, on the engines' clock; NaN where it is not known. */
  arrivalNs = Number.NaN;

  readonly #libc: Libc;
  readonly #message: NativeMemory;
  readonly #messageWords: Uint32Array;
  readonly #control: NativeMemory;
  readonly #controlWords: Uint32Array;
  readonly #one: NativeMemory;
  readonly #time: NativeMemory;
  readonly #timeWords: Uint32Array;
  /** Seconds are counted from here: a double does not hold the ns since 1970. */
  readonly #baseS: number;
  /**
   * A socket with the option that lives as long as the engine: the kernel stamps packets while any has it, and switches that on
   * and off on all cores.
   */
  readonly #holder: number;

  constructor({ libc, arena, input }: ReceiverOptions) {
    this.#libc = libc;
    this.#message = arena.allocate(MESSAGE_BYTES + IOV_BYTES);
    this.#messageWords = wordsOf(this.#message);
    this.#control = arena.allocate(CONTROL_BYTES);
    this.#controlWords = wordsOf(this.#control);
    this.#one = arena.allocate(4);
    this.#one.bytes.writeInt32LE(1, 0);
    this.#time = arena.allocate(16);
    this.#timeWords = wordsOf(this.#time);
    this.#describe(input);
    this.#systemNs();
    this.#baseS = this.#timeWords[0] ?? 0;
    this.#holder = libc.socket(AF_INET, SOCK_STREAM_NONBLOCKING, 0);
    this.clock = this.stamp(this.#holder) ? new StampClock(() => this.#systemNs()) : undefined;
  }

  /** Has what comes on a socket stamped. @returns whether the kernel can. */
  stamp(fd: number): boolean {
    return this.#libc.setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, this.#one.address, 4) === 0;
  }

  /** @returns how many bytes came; 0 at the end of the stream, NOTHING_YET, or RESET. */
  receive(fd: number): number {
    this.#messageWords[CONTROL_LENGTH_WORD] = CONTROL_BYTES;
    this.#controlWords[TYPE_WORD] = 0;
    const received = this.#libc.recvmsg(fd, this.#message.address, 0);
    if (received > 0) this.arrivalNs = this.#arrival();
    if (received >= 0) return received;
    const errno = lastErrno();
    if (errno === EAGAIN) return NOTHING_YET;
    return errno === EPIPE ? 0 : RESET;
  }

  close(): void {
    this.#libc.close(this.#holder);
  }

  #arrival(): number {
    const words = this.#controlWords;
    const isStamp = words[LEVEL_WORD] === SOL_SOCKET && words[TYPE_WORD] === SO_TIMESTAMPNS;
    if (!isStamp || this.clock === undefined) return Number.NaN;
    return this.clock.toEngineNs(this.#sinceBaseNs(words[SECONDS_WORD], words[NANOSECONDS_WORD]));
  }

  #systemNs(): number {
    this.#libc.clockGettime(CLOCK_REALTIME, this.#time.address);
    return this.#sinceBaseNs(this.#timeWords[0], this.#timeWords[2]);
  }

  #sinceBaseNs(seconds = 0, nanoseconds = 0): number {
    return (seconds - this.#baseS) * 1e9 + nanoseconds;
  }

  /** Fills in the message: no address, one piece of memory, and the control data. */
  #describe(input: NativeMemory): void {
    const { bytes, address } = this.#message;
    bytes.fill(0);
    bytes.writeBigUInt64LE(BigInt(address + MESSAGE_BYTES), 16);
    bytes.writeBigUInt64LE(1n, 24);
    bytes.writeBigUInt64LE(BigInt(this.#control.address), 32);
    bytes.writeBigUInt64LE(BigInt(input.address), MESSAGE_BYTES);
    bytes.writeBigUInt64LE(BigInt(input.bytes.length), MESSAGE_BYTES + 8);
  }
}
