import { copyFrom, lastErrno } from '../../../engine/ffi.ts';
import { BIO_C_SET_BUF_MEM_EOF_RETURN } from '../../../engine/openssl/library.ts';
import { EAGAIN, MSG_NOSIGNAL } from '../../../engine/reactor/libc.ts';
import { HELLO_RETRY_RANDOM } from '../../../tls/numbers.ts';
import type { ConnectionSurroundings } from './surroundings.ts';

const MSG_PEEK = 0x2;
const BIO_CTRL_INFO = 3;
const BIO_CTRL_PENDING = 10;

/** Bounds of the random in a record with a ServerHello. */
const RANDOM_START = 11;
const RANDOM_END = RANDOM_START + 32;

/** As much as libssl takes from a BIO at once. */
const MOST_AT_ONCE = 16_384;

/** What has come from the client. */
export type Arrival = 'bytes' | 'nothing' | 'end';

/**
 * The way of a connection's bytes through memory, for those that suffer a fault: libssl, which goes on as long as it can, then reads no
 * more than it is given, and what it writes can be held back.
 */
export class Detour {
  readonly #fd: number;
  readonly #ssl: number;
  readonly #with: ConnectionSurroundings;
  readonly #input: number;
  readonly #output: number;
  #hasInput = true;
  #hasOutput = true;

  constructor(fd: number, ssl: number, surroundings: ConnectionSurroundings) {
    this.#fd = fd;
    this.#ssl = ssl;
    this.#with = surroundings;
    this.#input = this.#newMemory();
    this.#output = this.#newMemory();
    // The connection frees them.
    surroundings.openssl.ssl.SSL_set_bio(ssl, this.#input, this.#output);
  }

  /** Looks at what has come, and leaves it there. */
  look(): Arrival {
    const { libc, scratch } = this.#with;
    return arrivalOf(libc.recv(this.#fd, scratch.address, 1, MSG_PEEK));
  }

  /** Passes on what has come, at most so many bytes. */
  feed(most = MOST_AT_ONCE): Arrival {
    if (!this.#hasInput) return 'bytes';
    const { openssl, libc, scratch } = this.#with;
    const received = libc.recv(this.#fd, scratch.address, most, 0);
    if (received > 0) openssl.ssl.BIO_write(this.#input, scratch.address, received);
    return arrivalOf(received);
  }

  /** Bytes that libssl has written, and that have not been sent. */
  get held(): number {
    return this.#hasOutput ? this.#with.openssl.ssl.BIO_ctrl(this.#output, BIO_CTRL_PENDING, 0, 0) : 0;
  }

  /** True when what is held only asks the client for another share. */
  get asksAgain(): boolean {
    const { ssl, outParameters } = this.#with.openssl;
    const length = ssl.BIO_ctrl(this.#output, BIO_CTRL_INFO, 0, outParameters.address);
    if (length < RANDOM_END) return false;
    const written = copyFrom(Number(outParameters.bytes.readBigUInt64LE(0)), RANDOM_END);
    return written.subarray(RANDOM_START).equals(HELLO_RETRY_RANDOM);
  }

  /** Sends so much of what is held. A flight is shorter than what a socket takes at once. */
  send(bytes: number): void {
    const { openssl, libc, scratch } = this.#with;
    if (bytes === 0) return;
    const read = openssl.ssl.BIO_read(this.#output, scratch.address, bytes);
    libc.send(this.#fd, scratch.address, read, MSG_NOSIGNAL);
  }

  sendAll(): void {
    this.send(this.held);
  }

  /** Has libssl write to the socket itself from now on, and read from it unless it is to be fed all along. */
  leave(isFedFurther: boolean): void {
    const { server } = this.#with.openssl;
    if (isFedFurther) server.SSL_set_wfd(this.#ssl, this.#fd);
    else server.SSL_set_fd(this.#ssl, this.#fd);
    this.#hasOutput = false;
    this.#hasInput = isFedFurther;
  }

  #newMemory(): number {
    const { ssl } = this.#with.openssl;
    const bio = ssl.BIO_new(ssl.BIO_s_mem());
    // Empty means "not yet", not the end.
    ssl.BIO_ctrl(bio, BIO_C_SET_BUF_MEM_EOF_RETURN, -1, 0);
    return bio;
  }
}

/** By the result of recv. */
const arrivalOf = (received: number): Arrival => {
  if (received > 0) return 'bytes';
  return received < 0 && lastErrno() === EAGAIN ? 'nothing' : 'end';
};
