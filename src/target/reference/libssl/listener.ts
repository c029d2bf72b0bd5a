import type { Arena } from '../../../engine/arena.ts';
import { lastErrno, type NativeMemory } from '../../../engine/ffi.ts';
import { ERRNO_NAMES, IPPROTO_TCP, SOCK_STREAM_NONBLOCKING, SOL_SOCKET, TCP_NODELAY } from '../../../engine/reactor/libc.ts';
import { socketAddress } from '../../../engine/reactor/socket-address.ts';
import type { ServerLibc } from './library.ts';

const SO_REUSEADDR = 2;
const BACKLOG = 4096;

/** SOCK_NONBLOCK | SOCK_CLOEXEC */
const NONBLOCKING = 0o2004000;

const EMFILE = 24;

export const LISTEN_ADDRESS = '127.0.0.1';

/** A port that could not be had; `code` is the system's, such as EADDRINUSE. */
export class ListenError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`cannot listen: ${code}`);
    this.code = code;
  }
}

/** A socket that listens. */
export class Listener {
  readonly fd: number;
  readonly port: number;
  readonly #libc: ServerLibc;
  /** A descriptor to give up when there is no other: then a client can be sent away, and does not wait for ever. */
  #reserve: number;

  /** @throws ListenError when the port is taken or forbidden. */
  constructor(libc: ServerLibc, arena: Arena, port: number) {
    this.#libc = libc;
    const { family, memory: wanted } = socketAddress(LISTEN_ADDRESS, port);
    this.fd = libc.socket(family, SOCK_STREAM_NONBLOCKING, 0);
    const scratch = arena.allocate(32);
    scratch.bytes.writeInt32LE(1, 0);
    libc.setsockopt(this.fd, SOL_SOCKET, SO_REUSEADDR, scratch.address, 4);
    // Accepted connections inherit it.
    libc.setsockopt(this.fd, IPPROTO_TCP, TCP_NODELAY, scratch.address, 4);
    this.#require(libc.bind(this.fd, wanted.address, wanted.bytes.length));
    this.#require(libc.listen(this.fd, BACKLOG));
    this.port = this.#boundPort(scratch);
    this.#reserve = this.#newReserve();
  }

  /** @returns the descriptor of the next connection, or a negative number when there is none. */
  accept(): number {
    const fd = this.#libc.accept(this.fd, 0, 0, NONBLOCKING);
    if (fd < 0 && lastErrno() === EMFILE) this.#sendAway();
    return fd;
  }

  #sendAway(): void {
    this.#libc.close(this.#reserve);
    const fd = this.#libc.accept(this.fd, 0, 0, NONBLOCKING);
    if (fd >= 0) this.#libc.close(fd);
    this.#reserve = this.#newReserve();
  }

  #newReserve(): number {
    return this.#libc.epollCreate(0);
  }

  #boundPort({ bytes, address }: NativeMemory): number {
    bytes.writeUInt32LE(16, 16);
    this.#libc.getsockname(this.fd, address, address + 16);
    return bytes.readUInt16BE(2);
  }

  #require(result: number): void {
    if (result === 0) return;
    const errno = lastErrno();
    this.#libc.close(this.fd);
    throw new ListenError(ERRNO_NAMES[errno] ?? `errno ${String(errno)}`);
  }
}
