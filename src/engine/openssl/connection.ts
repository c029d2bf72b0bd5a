import type { Failure } from '../../domain/failure.ts';
import type { UnusableReason } from '../../domain/judgement.ts';
import type { EarlyDataResult, Evidence } from '../../domain/kind.ts';
import type { Protocol } from '../../domain/protocol.ts';
import { HelloReader } from '../../tls/hello.ts';
import { RECORD_HEAD_BYTES } from '../../tls/numbers.ts';
import { Answer } from '../answer.ts';
import { EARLY_REQUEST, type Attempt, type Negotiated, type Session, type TicketFacts } from '../engine.ts';
import { allocate } from '../ffi.ts';
import type { TlsConnection, Exchange } from '../reactor/tls-connection.ts';
import type { OpenSslClient } from './context.ts';
import { takeFailure } from './failure.ts';
import {
  BIO_CTRL_RESET,
  SSL_CTRL_SET_TLSEXT_HOSTNAME,
  SSL_ERROR_WANT_READ,
  SSL_ERROR_ZERO_RETURN,
  SSL_SENT_AND_RECEIVED_SHUTDOWN,
  type OpenSsl,
} from './library.ts';
import { newMemoryBio } from './memory-bio.ts';
import type { MessageWatch } from './message-watch.ts';
import { asksForCertificate, negotiatedOn } from './negotiated.ts';
import { objectionTo } from '../unusable-ticket.ts';
import { OpenSslSession, sessionFacts } from './session.ts';

/** Room for how many bytes were written, a size_t that libssl gives. */
const WRITTEN_BYTES = 8;

/**
 * One connection of libssl over two memory BIOs, so that all bytes pass through our own buffers: the plaintext hellos of every handshake
 * are read for the price of looking at them.
 */
export class OpenSslConnection implements TlsConnection {
  status: TlsConnection['status'] = 'handshaking';
  outputBytes = 0;
  failure: Failure | undefined;
  ticketsReceived = 0;
  unusableTicket: UnusableReason | undefined;
  readonly answer = new Answer();

  readonly #openssl: OpenSsl;
  readonly #exchange: Exchange;
  readonly #messages: MessageWatch;
  readonly #fromServer: number;
  readonly #toServer: number;
  readonly #hellos = new HelloReader();
  readonly #scratch = allocate(16_384 + 256);
  #ssl = 0;
  #protocol: Protocol = 'TLSv1.3';
  #offered: OpenSslSession | undefined;
  #isResumed = false;
  #hasCloseNotify = false;
  #earlyData: EarlyDataResult = 'none';
  #hasEarlyData = false;
  /** Application data that goes out right after the Finished. */
  #request: string | undefined;
  /** The session that was seen last: another pointer is another session. */
  #lastSession = 0;
  /** The same, held: once it is freed, the next session but one can come to lie at its address. */
  #heldSession = 0;
  #isSessionTaken = false;

  constructor(openssl: OpenSsl, exchange: Exchange, messages: MessageWatch) {
    this.#openssl = openssl;
    this.#exchange = exchange;
    this.#messages = messages;
    this.#fromServer = newMemoryBio(openssl);
    this.#toServer = newMemoryBio(openssl);
  }

  get evidence(): Evidence {
    return {
      protocol: this.#protocol,
      resumed: this.#isResumed,
      offered: this.#offered?.mechanism,
      earlyData: this.#earlyData,
      hello: this.#hellos.evidence(),
    };
  }

  start(attempt: Attempt): void {
    const { ssl } = this.#openssl;
    const client = attempt.client as OpenSslClient;
    this.#reset();
    this.#protocol = client.settings.protocol;
    this.#ssl = ssl.SSL_new(client.context);
    // The connection owns its BIOs; ours outlive it.
    ssl.BIO_up_ref(this.#fromServer);
    ssl.BIO_up_ref(this.#toServer);
    ssl.SSL_set_bio(this.#ssl, this.#fromServer, this.#toServer);
    ssl.SSL_set_connect_state(this.#ssl);
    if (client.serverName !== undefined) ssl.SSL_ctrl(this.#ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, 0, client.serverName.address);
    this.#messages.begin(this.#ssl, attempt);
    this.#offer(attempt);
    const { mode, request } = client.settings;
    this.#request = attempt.sendsRequest ? request : undefined;
    if (mode === 'early-data') this.#sendEarlyData(request ?? EARLY_REQUEST);
    this.#doHandshake();
    this.#fillOutput();
    this.#hellos.fromClient(this.#exchange.output.bytes, 0, this.outputBytes);
  }

  receive(bytes: number): void {
    const { input } = this.#exchange;
    if (!this.#hellos.isComplete) this.#hellos.fromServer(input.bytes, 0, bytes);
    if (this.status === 'handshaking') {
      this.#openssl.ssl.BIO_write(this.#fromServer, input.address, bytes);
      this.#doHandshake();
      this.#fillOutput();
      // After a HelloRetryRequest a second ClientHello goes out.
      if (!this.#hellos.isComplete) this.#hellos.fromClient(this.#exchange.output.bytes, 0, this.outputBytes);
    } else this.#receiveRecords(bytes);
  }

  sendCloseNotify(): void {
    const { ssl } = this.#openssl;
    if (ssl.SSL_shutdown(this.#ssl) < 0) ssl.ERR_clear_error();
    this.#fillOutput();
  }

  get asksForCertificate(): boolean {
    return this.#ssl !== 0 && asksForCertificate(this.#openssl, this.#ssl);
  }

  get isConfirmed(): boolean {
    const hasTicket = this.#protocol === 'TLSv1.3' && (this.ticketsReceived > 0 || this.unusableTicket !== undefined);
    return this.answer.hasBegun || this.#hasCloseNotify || hasTicket || !(this.#protocol === 'TLSv1.3' || this.#isResumed);
  }

  get newestTicket(): TicketFacts | undefined {
    return this.ticketsReceived === 0 ? undefined : sessionFacts(this.#openssl, this.#openssl.ssl.SSL_get_session(this.#ssl));
  }

  takeSession(): Session | undefined {
    if (this.ticketsReceived === 0 || this.#isSessionTaken || this.status !== 'finished') return undefined;
    this.#isSessionTaken = true;
    return new OpenSslSession(this.#openssl, this.#openssl.ssl.SSL_get1_session(this.#ssl), this.#protocol);
  }

  negotiated(): Negotiated {
    return negotiatedOn(this.#openssl, this.#ssl);
  }

  release(): void {
    if (this.#ssl === 0) return;
    const { ssl } = this.#openssl;
    // Without this libssl takes the connection for broken off, and its session for not to be resumed.
    ssl.SSL_set_shutdown(this.#ssl, SSL_SENT_AND_RECEIVED_SHUTDOWN);
    ssl.SSL_free(this.#ssl);
    this.#dropSession();
    this.#messages.end(this.#ssl);
    this.#ssl = 0;
    this.ticketsReceived = 0;
    this.unusableTicket = undefined;
  }

  free(): void {
    this.release();
    const { ssl } = this.#openssl;
    ssl.BIO_free(this.#fromServer);
    ssl.BIO_free(this.#toServer);
  }

  /** Everything that belongs to one connection, in one place: what is forgotten here would leak into the next handshake. */
  #reset(): void {
    const { ssl } = this.#openssl;
    ssl.BIO_ctrl(this.#fromServer, BIO_CTRL_RESET, 0, 0);
    ssl.BIO_ctrl(this.#toServer, BIO_CTRL_RESET, 0, 0);
    this.#hellos.reset();
    this.status = 'handshaking';
    this.outputBytes = 0;
    this.failure = undefined;
    this.ticketsReceived = 0;
    this.unusableTicket = undefined;
    this.answer.reset();
    this.#offered = undefined;
    this.#isResumed = false;
    this.#hasCloseNotify = false;
    this.#earlyData = 'none';
    this.#hasEarlyData = false;
    this.#lastSession = 0;
    this.#isSessionTaken = false;
  }

  #offer({ session }: Attempt): void {
    if (session === undefined) return;
    const { ssl } = this.#openssl;
    const offered =
      session instanceof OpenSslSession ? session : OpenSslSession.fromDer(this.#openssl, session.der(), this.#protocol);
    // libssl itself leaves a session out of the hello that one of its connections has failed with.
    if (ssl.SSL_SESSION_is_resumable(offered.pointer) === 1) {
      ssl.SSL_set_session(this.#ssl, offered.pointer);
      this.#offered = offered;
      this.#lastSession = offered.pointer;
    }
    // The connection has its own reference of what was only converted.
    if (offered !== session) offered.free();
  }

  #sendEarlyData(request: string): void {
    const { ssl } = this.#openssl;
    if (this.#offered === undefined || ssl.SSL_SESSION_get_max_early_data(this.#offered.pointer) === 0) return;
    const length = this.#scratch.bytes.write(request, WRITTEN_BYTES, 'latin1');
    const from = this.#scratch.address + WRITTEN_BYTES;
    this.#hasEarlyData = ssl.SSL_write_early_data(this.#ssl, from, length, this.#scratch.address) > 0;
  }

  #doHandshake(): void {
    const { ssl } = this.#openssl;
    const result = ssl.SSL_do_handshake(this.#ssl);
    if (result === 1) {
      this.#finish();
      return;
    }
    const error = ssl.SSL_get_error(this.#ssl, result);
    if (error === SSL_ERROR_ZERO_RETURN) this.#fail({ kind: 'closed', detail: '' });
    else if (error !== SSL_ERROR_WANT_READ) this.#fail();
  }

  #finish(): void {
    const { ssl } = this.#openssl;
    this.status = 'finished';
    this.#isResumed = ssl.SSL_session_reused(this.#ssl) === 1;
    if (this.#hasEarlyData) this.#earlyData = ssl.SSL_get_early_data_status(this.#ssl) === 2 ? 'accepted' : 'rejected';
    if (this.#protocol === 'TLSv1.2') this.#noticeSession();
    else this.#holdSession();
    if (this.#earlyData !== 'accepted') this.#sendRequest();
    // Tickets, and the answer to early data, can come in the same packet as the server's Finished.
    this.#readRecords();
  }

  #sendRequest(): void {
    if (this.#request === undefined) return;
    const length = this.#scratch.bytes.write(this.#request, 'latin1');
    this.#openssl.ssl.SSL_write(this.#ssl, this.#scratch.address, length);
  }

  /** A session that was not there before was given by the server: new in TLS 1.2, or renewed in an abbreviated handshake. */
  #noticeSession(): void {
    const { ssl } = this.#openssl;
    const session = ssl.SSL_get_session(this.#ssl);
    if (session === this.#lastSession || ssl.SSL_SESSION_is_resumable(session) !== 1) return;
    this.#holdSession();
    const objection = objectionTo(sessionFacts(this.#openssl, session), this.#protocol);
    if (objection === undefined) this.ticketsReceived += 1;
    else this.unusableTicket = objection;
  }

  #holdSession(): void {
    this.#dropSession();
    this.#heldSession = this.#openssl.ssl.SSL_get1_session(this.#ssl);
    this.#lastSession = this.#heldSession;
  }

  #dropSession(): void {
    if (this.#heldSession !== 0) this.#openssl.ssl.SSL_SESSION_free(this.#heldSession);
    this.#heldSession = 0;
  }

  /** Feeds what came after the handshake record by record: each ticket then shows as a session of its own. */
  #receiveRecords(bytes: number): void {
    const { input } = this.#exchange;
    let at = 0;
    while (at < bytes && this.status === 'finished') {
      const length = at + RECORD_HEAD_BYTES <= bytes ? RECORD_HEAD_BYTES + input.bytes.readUInt16BE(at + 3) : bytes - at;
      const end = Math.min(bytes, at + length);
      this.#openssl.ssl.BIO_write(this.#fromServer, input.address + at, end - at);
      this.#readRecords();
      at = end;
    }
    this.#fillOutput();
  }

  /** Tickets, and what the server has to say to the application. */
  #readRecords(): void {
    const { ssl } = this.#openssl;
    let read: number;
    while ((read = this.#read()) > 0) this.answer.take(this.#scratch.bytes, 0, read);
    if (this.#protocol === 'TLSv1.3') this.#noticeSession();
    const error = ssl.SSL_get_error(this.#ssl, read);
    if (error === SSL_ERROR_ZERO_RETURN) this.#hasCloseNotify = true;
    else if (error !== SSL_ERROR_WANT_READ) this.#fail();
  }

  #read(): number {
    return this.#openssl.ssl.SSL_read(this.#ssl, this.#scratch.address, this.#scratch.bytes.length);
  }

  #fail(failure = takeFailure(this.#openssl, this.#ssl)): void {
    this.status = 'failed';
    this.failure = failure;
  }

  #fillOutput(): void {
    const { output } = this.#exchange;
    this.outputBytes = Math.max(0, this.#openssl.ssl.BIO_read(this.#toServer, output.address, output.bytes.length));
  }
}
