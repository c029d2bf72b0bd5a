import { allocate, lastErrno, type NativeMemory } from '../../../engine/ffi.ts';
import { SSL_ERROR_WANT_READ, SSL_ERROR_ZERO_RETURN, SSL_SENT_AND_RECEIVED_SHUTDOWN } from '../../../engine/openssl/library.ts';
import { EAGAIN, MSG_TRUNC } from '../../../engine/reactor/libc.ts';
import { ANSWER } from '../server-messages.ts';
import type { ServerLibc, ServerSsl } from './library.ts';
import type { Poller } from './poller.ts';

const SSL_ERROR_WANT_WRITE = 3;
const SHUT_WR = 1;

/** Results of SSL_read_early_data. */
const READ_EARLY_DATA_ERROR = 0;
const READ_EARLY_DATA_FINISH = 2;

/** Of a size_t that libssl gives. */
const SIZE_BYTES = 8;

/** Enough for any request at once, and the most that one read discards. */
const SCRATCH_BYTES = 65_536;

/** What all connections of a server share. */
export interface ConnectionSurroundings {
  readonly openssl: ServerSsl;
  readonly libc: ServerLibc;
  readonly poller: Poller;
  readonly context: number;
  readonly takesEarlyData: boolean;
  readonly scratch: NativeMemory;
  readonly answer: NativeMemory;
  /** Counts a handshake that is over. */
  readonly count: (isResumed: boolean) => void;
}

export const newSurroundings = (given: Omit<ConnectionSurroundings, 'scratch' | 'answer'>): ConnectionSurroundings => {
  const answer = allocate(ANSWER.length);
  answer.bytes.write(ANSWER);
  return { ...given, answer, scratch: allocate(SCRATCH_BYTES) };
};

/**
 * The server's side of the connections that have a descriptor one after the other. libssl reads and writes the socket itself: here no
 * byte need be looked at.
 */
export class ServerConnection {
  readonly #fd: number;
  readonly #with: ConnectionSurroundings;
  #ssl = 0;
  #state: 'closed' | 'early' | 'handshaking' | 'open' | 'answered' = 'closed';
  #isAnswered = false;
  #isWatched = false;

  constructor(fd: number, surroundings: ConnectionSurroundings) {
    this.#fd = fd;
    this.#with = surroundings;
  }

  begin(): void {
    const { openssl, context } = this.#with;
    this.#ssl = openssl.ssl.SSL_new(context);
    openssl.server.SSL_set_fd(this.#ssl, this.#fd);
    openssl.server.SSL_set_accept_state(this.#ssl);
    this.#state = this.#with.takesEarlyData ? 'early' : 'handshaking';
    this.#isWatched = false;
    this.#isAnswered = false;
    this.advance();
  }

  /** Goes on with what has come. An event that is no longer of this connection does no harm: there is nothing to read then. */
  advance(): void {
    switch (this.#state) {
      case 'early':
        this.#readEarly();
        return;
      case 'handshaking':
        this.#shakeHands();
        return;
      case 'open':
        this.#read();
        return;
      case 'answered':
        this.#discard();
        return;
      case 'closed':
    }
  }

  /** Reads early data until the client says that it was all; without any, this is the handshake itself. */
  #readEarly(): void {
    const { openssl, scratch } = this.#with;
    const [bytes, most] = [scratch.address + SIZE_BYTES, scratch.bytes.length - SIZE_BYTES];
    const result = openssl.server.SSL_read_early_data(this.#ssl, bytes, most, scratch.address);
    if (result === READ_EARLY_DATA_ERROR) {
      this.#awaitMore(0);
      return;
    }
    if (scratch.bytes.readBigUInt64LE(0) > 0n) this.#answerEarly();
    if (result === READ_EARLY_DATA_FINISH) this.#state = 'handshaking';
    this.advance();
  }

  /** Answers before the client's Finished has come, which is what early data are for. */
  #answerEarly(): void {
    if (this.#isAnswered) return;
    const { openssl, answer, scratch } = this.#with;
    openssl.ssl.SSL_write_early_data(this.#ssl, answer.address, answer.bytes.length, scratch.address);
    this.#isAnswered = true;
  }

  #shakeHands(): void {
    const { openssl, count } = this.#with;
    const result = openssl.ssl.SSL_do_handshake(this.#ssl);
    if (result !== 1) {
      this.#awaitMore(result);
      return;
    }
    count(openssl.ssl.SSL_session_reused(this.#ssl) === 1);
    this.#state = 'open';
    if (this.#isAnswered) {
      this.#end();
      return;
    }
    // What came together with the Finished is no event any more.
    if (openssl.server.SSL_has_pending(this.#ssl) === 1) this.#read();
    else this.#watch();
  }

  #read(): void {
    const { openssl, scratch } = this.#with;
    const read = openssl.ssl.SSL_read(this.#ssl, scratch.address, scratch.bytes.length);
    if (read > 0) this.#answer();
    else if (openssl.ssl.SSL_get_error(this.#ssl, read) === SSL_ERROR_ZERO_RETURN) this.#end();
    else this.#awaitMore(read);
  }

  #answer(): void {
    const { openssl, answer } = this.#with;
    openssl.ssl.SSL_write(this.#ssl, answer.address, answer.bytes.length);
    this.#end();
  }

  /** Ends in order: a close while something is unread would be a reset, which can overtake the answer. */
  #end(): void {
    const { openssl, libc } = this.#with;
    openssl.ssl.SSL_shutdown(this.#ssl);
    this.#release();
    libc.shutdown(this.#fd, SHUT_WR);
    this.#state = 'answered';
    this.#watch();
    this.#discard();
  }

  #discard(): void {
    const { libc, scratch } = this.#with;
    let received: number;
    // With this flag TCP counts the bytes and writes none of them.
    while ((received = libc.recv(this.#fd, scratch.address, scratch.bytes.length, MSG_TRUNC)) > 0);
    if (received === 0 || lastErrno() !== EAGAIN) this.#close();
  }

  #awaitMore(result: number): void {
    const { openssl, poller } = this.#with;
    const error = openssl.ssl.SSL_get_error(this.#ssl, result);
    if (error === SSL_ERROR_WANT_READ) this.#watch();
    else if (error === SSL_ERROR_WANT_WRITE) {
      this.#isWatched = true;
      poller.watchRoom(this.#fd);
    } else this.#close();
  }

  #watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#with.poller.watchArrivals(this.#fd);
  }

  #close(): void {
    this.#release();
    this.#with.libc.close(this.#fd);
    this.#state = 'closed';
  }

  #release(): void {
    if (this.#ssl === 0) return;
    const { ssl } = this.#with.openssl;
    // Without this libssl takes the connection for broken off, and drops its session from the cache; nginx keeps it too.
    ssl.SSL_set_shutdown(this.#ssl, SSL_SENT_AND_RECEIVED_SHUTDOWN);
    ssl.SSL_free(this.#ssl);
    // What is left there would be taken for the next connection's.
    ssl.ERR_clear_error();
    this.#ssl = 0;
  }
}
