import { lastErrno } from '../../../engine/ffi.ts';
import { SSL_ERROR_WANT_READ, SSL_ERROR_ZERO_RETURN, SSL_SENT_AND_RECEIVED_SHUTDOWN } from '../../../engine/openssl/library.ts';
import { EAGAIN, MSG_TRUNC, SO_LINGER, SOL_SOCKET } from '../../../engine/reactor/libc.ts';
import type { Moment } from '../../../scenario/fault-fields.ts';
import { Detour, type Arrival } from './detour.ts';
import { NO_MISFORTUNE } from './faults.ts';
import type { ConnectionSurroundings } from './surroundings.ts';

const SSL_ERROR_SSL = 1;
const SSL_ERROR_WANT_WRITE = 3;
const SHUT_WR = 1;

/** Results of SSL_read_early_data. */
const READ_EARLY_DATA_ERROR = 0;
const READ_EARLY_DATA_FINISH = 2;

/** Of a size_t that libssl gives. */
const SIZE_BYTES = 8;

type ActiveState = 'early' | 'handshaking' | 'open';

/**
 * The server's side of the connections that have a descriptor one after the other. libssl reads and writes the socket itself: here no
 * byte need be looked at.
 */
export class ServerConnection {
  readonly #fd: number;
  readonly #with: ConnectionSurroundings;
  #ssl = 0;
  #state: 'closed' | 'stalled' | ActiveState | 'answered' = 'closed';
  /** Its state before it was stalled. */
  #stalledState: ActiveState = 'handshaking';
  #misfortune = NO_MISFORTUNE;
  /** The moment that comes next, of those at which a fault can strike. */
  #next: Moment | 'none' = 'none';
  /** Of connections that suffer a fault. */
  #detour: Detour | undefined;
  #isAnswered = false;
  #isWatched = false;

  constructor(fd: number, surroundings: ConnectionSurroundings) {
    this.#fd = fd;
    this.#with = surroundings;
  }

  begin(): void {
    const { openssl, context, faults, takesEarlyData } = this.#with;
    this.#ssl = openssl.ssl.SSL_new(context);
    openssl.server.SSL_set_accept_state(this.#ssl);
    this.#state = takesEarlyData ? 'early' : 'handshaking';
    this.#isWatched = false;
    this.#isAnswered = false;
    this.#misfortune = faults.draw();
    this.#next = 'server-hello';
    if (this.#misfortune === NO_MISFORTUNE) {
      this.#detour = undefined;
      openssl.server.SSL_set_fd(this.#ssl, this.#fd);
    } else this.#detour = new Detour(this.#fd, this.#ssl, this.#with);
    this.advance();
  }

  get isStalled(): boolean {
    return this.#state === 'stalled';
  }

  /** Ends a silence. */
  wake(): void {
    this.#state = this.#stalledState;
    this.#detour?.sendAll();
    this.advance();
  }

  /** Goes on with what has come. An event that is no longer of this connection does no harm: there is nothing to read then. */
  advance(): void {
    switch (this.#state) {
      case 'early':
      case 'handshaking':
      case 'open':
        if (this.#detour === undefined || this.#isFed(this.#detour)) this.#goOn(this.#state);
        return;
      case 'answered':
        this.#discard();
        return;
      case 'stalled':
      case 'closed':
    }
  }

  #goOn(state: ActiveState): void {
    if (state === 'early') this.#readEarly();
    else if (state === 'handshaking') this.#shakeHands();
    else this.#read();
  }

  /** Lets the fault of the moment strike, and libssl have what has come. @returns whether there is something to go on with. */
  #isFed(detour: Detour): boolean {
    const moment = this.#next;
    const { slowReading } = this.#misfortune;
    if (moment === 'server-hello' || moment === 'finished') {
      if (!this.#isThere(detour.look())) return false;
      if (moment === 'finished') detour.leave(slowReading !== undefined);
      this.#next = moment === 'server-hello' ? 'flight' : 'none';
      if (this.#isStruck(moment)) return false;
    }
    return this.#isThere(detour.feed(slowReading?.bite));
  }

  #isThere(arrival: Arrival): boolean {
    if (arrival === 'nothing') this.#watch();
    else if (arrival === 'end') this.#close();
    return arrival === 'bytes';
  }

  /** @returns whether a fault keeps the connection from going on for now. */
  #isStruck(moment: Moment): boolean {
    const fault = this.#misfortune.at[moment];
    switch (fault?.kind) {
      case undefined:
        return false;
      case 'stall':
        this.#stall(fault.ns);
        return true;
      case 'reset':
        this.#reset();
        return true;
      case 'half-close':
        this.#halfClose();
        return true;
      case 'alert':
        this.#with.sendAlert({ fd: this.#fd, ssl: this.#ssl }, fault.description);
        this.#halfClose();
        return true;
    }
  }

  #stall(ns: number): void {
    if (this.#state === 'early' || this.#state === 'handshaking' || this.#state === 'open') this.#stalledState = this.#state;
    this.#state = 'stalled';
    this.#with.hold(this.#fd, ns);
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
      this.#giveLateTickets();
      openssl.ssl.SSL_do_handshake(this.#ssl);
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
    this.#giveLateTickets();
    openssl.ssl.SSL_write(this.#ssl, answer.address, answer.bytes.length);
    this.#end();
  }

  /** Puts the tickets that have been held back before what is written next. */
  #giveLateTickets(): void {
    const { openssl, lateTickets } = this.#with;
    if (lateTickets === 0) return;
    const tickets = openssl.ssl.SSL_session_reused(this.#ssl) === 1 ? 1 : lateTickets;
    for (let given = 0; given < tickets; given++) openssl.server.SSL_new_session_ticket(this.#ssl);
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
    if (error === SSL_ERROR_WANT_READ) this.#awaitArrival();
    else if (error === SSL_ERROR_WANT_WRITE) {
      this.#isWatched = true;
      poller.watchRoom(this.#fd);
    } else if (error === SSL_ERROR_SSL) {
      // The alert that libssl has sent must arrive.
      this.#detour?.sendAll();
      this.#halfClose();
    } else this.#close();
  }

  #awaitArrival(): void {
    if (this.#detour !== undefined && this.#isHeldUp(this.#detour)) return;
    const { slowReading } = this.#misfortune;
    if (slowReading === undefined) this.#watch();
    else this.#stall(slowReading.pauseNs);
  }

  /** Sends the flight, or half of it where a fault strikes. @returns whether one did. */
  #isHeldUp(detour: Detour): boolean {
    if (this.#next === 'flight' && detour.held > 0 && !detour.asksAgain) {
      this.#next = 'finished';
      if (this.#misfortune.at.flight !== undefined) {
        detour.send(detour.held >> 1);
        return this.#isStruck('flight');
      }
    }
    detour.sendAll();
    return false;
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
