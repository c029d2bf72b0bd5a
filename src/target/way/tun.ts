import { closeSync, constants, openSync } from 'node:fs';
import { allocate, openLibrary, type NativeFunction, type NativeMemory } from '../../engine/ffi.ts';

/** `_IOW('T', 202, int)` of linux/if_tun.h, and the device's kind: IP packets without a header of the kernel's. */
const TUNSETIFF = 0x4004_54ca;
const IFF_TUN_WITHOUT_HEADER = 0x1001;

/** `struct ifreq`: the name, and the flags behind it. */
const REQUEST_BYTES = 40;
const NAME_BYTES = 16;

const POLLIN = 1;
const MOST_PACKET_BYTES = 65_536;

/** A network device whose packets come to this process, and which receives what this process writes. */
export class Tun {
  readonly #fd: number;
  readonly #calls: Readonly<Record<'poll' | 'read' | 'write', NativeFunction>>;
  readonly #packet: NativeMemory = allocate(MOST_PACKET_BYTES);
  readonly #waiting: NativeMemory = allocate(8);
  readonly #timeout: NativeMemory = allocate(16);

  /**
   * Makes the device in the network namespace of this process.
   *
   * @throws Error where it cannot be had.
   */
  constructor(name: string) {
    const libc = openLibrary('libc.so.6');
    this.#calls = {
      poll: libc.bind('int ppoll(uintptr_t fds, unsigned long count, uintptr_t timeout, uintptr_t signals)'),
      read: libc.bind('intptr_t read(int fd, uintptr_t bytes, size_t length)'),
      write: libc.bind('intptr_t write(int fd, uintptr_t bytes, size_t length)'),
    };
    this.#fd = openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK);
    const request = allocate(REQUEST_BYTES);
    request.bytes.write(name, 'latin1');
    request.bytes.writeUInt16LE(IFF_TUN_WITHOUT_HEADER, NAME_BYTES);
    const ioctl = libc.bind('int ioctl(int fd, unsigned long request, uintptr_t argument)');
    if (ioctl(this.#fd, TUNSETIFF, request.address) >= 0) return;
    closeSync(this.#fd);
    throw new Error('no tun device can be made here');
  }

  /** Waits for a packet, at most for this long; a timer of the kernel's ends it, to within some 50 us. */
  wait(timeoutMs: number): void {
    const { bytes } = this.#waiting;
    bytes.writeInt32LE(this.#fd, 0);
    bytes.writeInt16LE(POLLIN, 4);
    const wholeS = Math.floor(timeoutMs / 1e3);
    this.#timeout.bytes.writeBigInt64LE(BigInt(wholeS), 0);
    this.#timeout.bytes.writeBigInt64LE(BigInt(Math.round((timeoutMs - wholeS * 1e3) * 1e6)), 8);
    this.#calls.poll(this.#waiting.address, 1, this.#timeout.address, 0);
  }

  /** The next packet, a copy; `undefined` when there is none. */
  read(): Buffer | undefined {
    const size = this.#calls.read(this.#fd, this.#packet.address, MOST_PACKET_BYTES);
    return size > 0 ? Buffer.from(this.#packet.bytes.subarray(0, size)) : undefined;
  }

  write(packet: Buffer): void {
    packet.copy(this.#packet.bytes);
    this.#calls.write(this.#fd, this.#packet.address, packet.length);
  }
}
