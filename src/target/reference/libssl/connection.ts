import { allocate, lastErrno, type NativeMemory } from '../../../engine/ffi.ts';
import {
  BIO_C_SET_BUF_MEM_EOF_RETURN,
  SSL_ERROR_WANT_READ,
  SSL_ERROR_ZERO_RETURN,
  SSL_SENT_AND_RECEIVED_SHUTDOWN,
} from '../../../engine/openssl/library.ts';
import { EAGAIN, MSG_TRUNC, SO_LINGER, SOL_SOCKET } from '../../../engine/reactor/libc.ts';
import type { Moment } from '../../../scenario/fault-fields.ts';
import { ANSWER } from '../server-messages.ts';
import type { FaultSource } from './faults.ts';
import type { ServerLibc, ServerSsl } from './library.ts';
import type { Poller } from './poller.ts';

const SSL_ERROR_SSL = 1;
const SSL_ERROR_WANT_WRITE = 3;
const SHUT_WR = 1;

/** Results of SSL_read_early_data. */
const READ_EARLY_DATA_ERROR = 0;
const READ_EARLY_DATA_FINISH = 2;

/** Of a size_t that libssl gives. */
const SIZE_BYTES = 8;

/** Enough for any request at once, and the most that one read discards. */
const SCRATCH_BYTES = 65_536;

/** As much as libssl takes from a BIO at once. */
const MOST_OF_A_HELLO = 16_384;

/** What all connections of a server share. */
export interface ConnectionSurroundings {
  readonly openssl: ServerSsl;
  readonly libc: ServerLibc;
  readonly poller: Poller;
  readonly context: number;
  readonly takesEarlyData: boolean;
  readonly scratch: NativeMemory;
  readonly answer: NativeMemory;
  /** `struct linger` with which a close is a reset. */
  readonly lingerNot: NativeMemory;
  readonly faults: FaultSource;
  /** Wakes the connection of a descriptor after so many ns. */
  readonly hold: (fd: number, ns: number) => void;
  /** Counts a handshake that is over. */
  readonly count: (isResumed: boolean) => void;
}

export const newSurroundings = (
  given: Omit<ConnectionSurroundings, 'scratch' | 'answer' | 'lingerNot'>,
): ConnectionSurroundings => {
  const answer = allocate(ANSWER.length);
  answer.bytes.write(ANSWER);
  const lingerNot = allocate(8);
  lingerNot.bytes.writeInt32LE(1, 0);
  return { ...given, answer, lingerNot, scratch: allocate(SCRATCH_BYTES) };
};

/**
 * The server's side of the connections that have a descriptor one after the other. libssl reads and writes the socket itself: here no
 * byte need be looked at.
 */
export class ServerConnection {
  readonly #fd: number;
  readonly #with: ConnectionSurroundings;
  #ssl = 0;
  #state: 'closed' | 'stalled' | 'early' | 'handshaking' | 'open' | 'answered' = 'closed';
  /** Its state before it was stalled. */
  #stalledState: 'early' | 'handshaking' = 'handshaking';
  #isPastFinished = false;
  #helloBio = 0;
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
    this.#isPastFinished = !this.#with.faults.has('finished');
    if (!this.#isPastFinished) this.#readsHelloApart();
    if (!this.#suffers('server-hello')) this.advance();
  }

  get isStalled(): boolean {
    return this.#state === 'stalled';
  }

  /** Ends a silence. */
  wake(): void {
    this.#state = this.#stalledState;
    this.advance();
  }

  /** Goes on with what has come. An event that is no longer of this connection does no harm: there is nothing to read then. */
  advance(): void {
    switch (this.#state) {
      case 'early':
      case 'handshaking':
        this.#goOn(this.#state);
        return;
      case 'open':
        this.#read();
        return;
      case 'answered':
        this.#discard();
        return;
      case 'stalled':
      case 'closed':
    }
  }

  #goOn(state: 'early' | 'handshaking'): void {
    if (!this.#isPastFinished) {
      if (this.#hasSentFlight()) this.#isPastFinished = true;
      else if (!this.#takeHello()) return;
      if (this.#isPastFinished) {
        this.#with.openssl.server.SSL_set_rfd(this.#ssl, this.#fd);
        if (this.#suffers('finished')) return;
      }
    }
    if (state === 'early') this.#readEarly();
    else this.#shakeHands();
  }

  /**
   * Gives libssl nothing to read but the ClientHello: the client's answer can be there before libssl, which goes on as long as it can,
   * looks for it.
   */
  #readsHelloApart(): void {
    const { ssl, server } = this.#with.openssl;
    this.#helloBio = ssl.BIO_new(ssl.BIO_s_mem());
    // Empty means "not yet", not the end.
    ssl.BIO_ctrl(this.#helloBio, BIO_C_SET_BUF_MEM_EOF_RETURN, -1, 0);
    server.SSL_set0_rbio(this.#ssl, this.#helloBio);
  }

  /** @returns whether there is something of it. */
  #takeHello(): boolean {
    const { openssl, libc, scratch } = this.#with;
    const received = libc.recv(this.#fd, scratch.address, MOST_OF_A_HELLO, 0);
    if (received > 0) return openssl.ssl.BIO_write(this.#helloBio, scratch.address, received) > 0;
    if (received < 0 && lastErrno() === EAGAIN) this.#watch();
    else this.#close();
    return false;
  }

  /** The state is 0 until a ClientHello has been read. */
  #hasSentFlight(): boolean {
    return this.#with.openssl.server.SSL_get_state(this.#ssl) !== 0;
  }

  /** @returns whether the connection does not go on for now. */
  #suffers(moment: Moment): boolean {
    const { faults, hold } = this.#with;
    if (faults.resets(moment)) {
      this.#reset();
      return true;
    }
    const ns = faults.stallNs(moment);
    if (ns === 0) return false;
    this.#stalledState = this.#state === 'early' ? 'early' : 'handshaking';
    this.#state = 'stalled';
    hold(this.#fd, ns);
    return true;
  }

  #reset(): void {
    const { libc, lingerNot } = this.#with;
    libc.setsockopt(this.#fd, SOL_SOCKET, SO_LINGER, lingerNot.address, lingerNot.bytes.length);
    this.#close();
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
    if (result === READ_EARLY_DATA_FINISH) {
      this.#state = 'handshaking';
      this.#shakeHands();
    } else this.#readEarly();
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
    // What came together with the Finished is no event any more, and may lie in libssl or still in the socket: OpenSSL 3.2 and later
    // read no further than the record.
    this.#read();
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
    this.#with.openssl.ssl.SSL_shutdown(this.#ssl);
    this.#halfClose();
  }

  /** Sends no more, and waits for the client to end. */
  #halfClose(): void {
    this.#release();
    this.#with.libc.shutdown(this.#fd, SHUT_WR);
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
      // The alert that libssl has sent must arrive.
    } else if (error === SSL_ERROR_SSL) this.#halfClose();
    else this.#close();
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
