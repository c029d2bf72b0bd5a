import type { HelloEvidence } from '../domain/kind.ts';
import type { Protocol } from '../domain/protocol.ts';
import { FlightReader, MAX_MESSAGE_BYTES } from './flight.ts';
import {
  CERTIFICATE,
  CLIENT_HELLO,
  HELLO_RETRY_RANDOM,
  PRE_SHARED_KEY,
  SERVER_HELLO,
  SESSION_TICKET,
  SUPPORTED_VERSIONS,
  TLS_1_2,
  TLS_1_3,
} from './numbers.ts';

/** Content of a ClientHello; lengths in bytes, -1 where the extension is absent. */
export interface ClientHelloFacts {
  readonly sessionIdBytes: number;
  readonly ticketBytes: number;
  readonly pskBytes: number;
}

/**
 * Content of the server's plaintext messages; lengths in bytes, -1 where the extension is absent. `version` is the wire number, 0
 * before a ServerHello was read.
 */
export interface ServerHelloFacts {
  readonly version: number;
  readonly cipherSuite: number;
  readonly sessionIdBytes: number;
  readonly pskBytes: number;
  readonly helloRetry: boolean;
  readonly certificate: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Reads the plaintext hellos of one connection from its bytes, in whatever pieces they come, and says what they prove.
 *
 * TLS 1.2 is resumed if and only if no Certificate message comes before the server's ChangeCipherSpec; an echoed session ID is a hint
 * at most (RFC 5077, section 3.4). TLS 1.3 is resumed if and only if the ServerHello carries `pre_shared_key` (RFC 8446, section
 * 4.2.11); its session ID is always echoed and proves nothing.
 *
 * One reader serves one connection after another through {@link HelloReader.reset}.
 */
export class HelloReader {
  readonly #client: Mutable<ClientHelloFacts> = { sessionIdBytes: 0, ticketBytes: -1, pskBytes: -1 };
  readonly #server: Mutable<ServerHelloFacts> = {
    version: 0,
    cipherSuite: 0,
    sessionIdBytes: 0,
    pskBytes: -1,
    helloRetry: false,
    certificate: false,
  };
  readonly #fromClient = new FlightReader((type, bytes, start, end) => {
    if (type === CLIENT_HELLO) readClientHello(this.#client, bytes, start, end);
  });
  readonly #fromServer = new FlightReader((type, bytes, start, end) => {
    if (type === CERTIFICATE) this.#server.certificate = true;
    if (type === SERVER_HELLO) this.#readServerHello(bytes, start, end);
  });

  reset(): void {
    this.#client.sessionIdBytes = 0;
    this.#client.ticketBytes = -1;
    this.#client.pskBytes = -1;
    this.#server.version = 0;
    this.#server.cipherSuite = 0;
    this.#server.sessionIdBytes = 0;
    this.#server.pskBytes = -1;
    this.#server.helloRetry = false;
    this.#server.certificate = false;
    this.#fromClient.reset();
    this.#fromServer.reset();
  }

  /** Takes bytes that we sent. */
  fromClient(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.#fromClient.read(bytes, start, end);
  }

  /** Takes bytes that the server sent. */
  fromServer(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.#fromServer.read(bytes, start, end);
  }

  get client(): ClientHelloFacts {
    return this.#client;
  }

  get server(): ServerHelloFacts {
    return this.#server;
  }

  /** True once everything that the plaintext can prove has been read. */
  get isComplete(): boolean {
    return this.#server.version !== 0 && this.#fromServer.isEncrypted;
  }

  /** The negotiated version, or `undefined` while it is unknown or when it is one that is not measured. */
  get protocol(): Protocol | undefined {
    if (this.#server.version === TLS_1_3) return 'TLSv1.3';
    return this.#server.version === TLS_1_2 ? 'TLSv1.2' : undefined;
  }

  get isResumed(): boolean {
    return this.#server.version === TLS_1_3 ? this.#server.pskBytes >= 0 : !this.#server.certificate;
  }

  /** Returns what the ClientHello brought. A TLS 1.3 client's session ID is made up for middleboxes and offers nothing (RFC 8446, D.4). */
  get offered(): HelloEvidence['offered'] {
    if (this.#client.pskBytes >= 0) return 'psk';
    if (this.#client.ticketBytes > 0) return 'ticket';
    return this.#client.sessionIdBytes > 0 && this.#server.version !== TLS_1_3 ? 'session-id' : 'nothing';
  }

  /** Returns what the hellos prove, as a value of its own; `undefined` while they are incomplete. */
  evidence(): HelloEvidence | undefined {
    const { protocol } = this;
    if (protocol === undefined || !this.isComplete) return undefined;
    return { protocol, resumed: this.isResumed, offered: this.offered, helloRetry: this.#server.helloRetry };
  }

  #readServerHello(bytes: Uint8Array, start: number, end: number): void {
    // Perhaps cut, and then it proves nothing.
    if (end - start === MAX_MESSAGE_BYTES) return;
    const isRetry = isHelloRetry(bytes, start + 2, end);
    readServerHello(this.#server, bytes, start, end);
    if (isRetry) {
      this.#server.helloRetry = true;
      this.#server.version = 0;
    }
    this.#fromClient.expectsDecoy = isRetry;
    this.#fromServer.expectsDecoy = isRetry;
    if (this.#server.version === TLS_1_3) {
      this.#fromClient.stop();
      this.#fromServer.stop();
    }
  }
}

/** Past the end of the message every byte is 0, so a length that a peer made up leads nowhere. */
const u8 = (bytes: Uint8Array, at: number, end: number): number => (at < end ? (bytes[at] ?? 0) : 0);

const u16 = (bytes: Uint8Array, at: number, end: number): number => (u8(bytes, at, end) << 8) | u8(bytes, at + 1, end);

const readClientHello = (facts: Mutable<ClientHelloFacts>, bytes: Uint8Array, start: number, end: number): void => {
  let at = start + 2 + 32;
  facts.sessionIdBytes = u8(bytes, at, end);
  at += 1 + facts.sessionIdBytes;
  at += 2 + u16(bytes, at, end);
  at += 1 + u8(bytes, at, end);
  facts.ticketBytes = -1;
  facts.pskBytes = -1;
  for (at += 2; at + 4 <= end; at += 4 + u16(bytes, at + 2, end)) {
    const type = u16(bytes, at, end);
    if (type === SESSION_TICKET) facts.ticketBytes = u16(bytes, at + 2, end);
    if (type === PRE_SHARED_KEY) facts.pskBytes = u16(bytes, at + 2, end);
  }
};

const readServerHello = (facts: Mutable<ServerHelloFacts>, bytes: Uint8Array, start: number, end: number): void => {
  facts.version = u16(bytes, start, end);
  let at = start + 2 + 32;
  facts.sessionIdBytes = u8(bytes, at, end);
  at += 1 + facts.sessionIdBytes;
  facts.cipherSuite = u16(bytes, at, end);
  facts.pskBytes = -1;
  for (at += 2 + 1 + 2; at + 4 <= end; at += 4 + u16(bytes, at + 2, end)) {
    const type = u16(bytes, at, end);
    if (type === SUPPORTED_VERSIONS) facts.version = u16(bytes, at + 4, end);
    if (type === PRE_SHARED_KEY) facts.pskBytes = u16(bytes, at + 2, end);
  }
};

const isHelloRetry = (bytes: Uint8Array, at: number, end: number): boolean => {
  for (let i = 0; i < HELLO_RETRY_RANDOM.length; i++) {
    if (u8(bytes, at + i, end) !== HELLO_RETRY_RANDOM[i]) return false;
  }
  return true;
};
