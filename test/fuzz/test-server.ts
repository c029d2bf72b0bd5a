import { sign, type KeyObject } from 'node:crypto';
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, CLIENT_HELLO, HANDSHAKE } from '../../src/tls/numbers.ts';
import { join } from './bytes.ts';
import { readClientHello, type ClientHello } from './client-hello.ts';
import { HONEST, type Plan, type Tamper } from './plan.ts';
import { IN_THE_CLEAR, plainRecord, type Protection } from './protection.ts';
import { digest } from './secrets.ts';

const MOST_TEXT_BYTES = 16_384;
const MOST_RECORD_BYTES = MOST_TEXT_BYTES + 256;

/**
 * The server's side of TLS without sockets and over node:crypto, for tests: bytes in, bytes out. It shares no code with what it tests, is
 * repeatable byte for byte, and its messages can be tampered with below the encryption.
 */
export abstract class TestServer {
  /** Whether the client's Finished came and was right. */
  isDone = false;
  isResumed = false;
  /** Descriptions of the alerts that the client sent. */
  readonly alerts: number[] = [];
  earlyData = '';

  protected readonly plan: Plan;
  protected readonly tamper: Tamper;
  protected read: Protection = IN_THE_CLEAR;
  protected write: Protection = IN_THE_CLEAR;
  protected transcript: Buffer[] = [];
  #input: Buffer = Buffer.alloc(0);
  #messages: Buffer = Buffer.alloc(0);
  /** Texts of handshake messages that wait for their record. */
  #waiting: Buffer[] = [];
  #records: Buffer[] = [];

  constructor(plan: Plan, tamper: Tamper = HONEST) {
    this.plan = plan;
    this.tamper = tamper;
  }

  /** Takes what the client sent. @returns what goes back. @throws when the client's bytes are wrong. */
  take(bytes: Uint8Array): Buffer {
    this.#input = join(this.#input, bytes);
    while (this.#input.length >= 5 && this.#input.length >= 5 + this.#input.readUInt16BE(3)) {
      const end = 5 + this.#input.readUInt16BE(3);
      if (end > 5 + MOST_RECORD_BYTES) throw new RangeError('the client sent too long a record');
      const record = this.#input.subarray(0, end);
      this.#input = this.#input.subarray(end);
      this.#takeRecord(record);
    }
    this.flush();
    const records = this.tamper.records(this.#records);
    this.#records = [];
    return join(...records);
  }

  /** Seals a record of its own under the keys that the server writes with now. */
  sealed(type: number, text: Uint8Array): Buffer {
    return this.write.seal(type, text);
  }

  /** A record that announces new keys; nothing where the protocol has none. */
  renewedKeys(): Buffer {
    return Buffer.alloc(0);
  }

  protected abstract takeHello(hello: ClientHello): void;
  protected abstract takeMessage(type: number, message: Buffer): void;
  protected abstract takeChangeCipherSpec(): void;

  /** Early data that the server does not want cannot be opened; behind a HelloRetryRequest it is not even due. */
  protected skips(record: Buffer): boolean {
    return record.length === 0;
  }

  /** Puts the serial number of the connection into the name of a session. */
  protected named(name: Buffer): Buffer {
    const { serial } = this.plan;
    if (serial !== undefined && name.length >= 4) name.writeUInt32BE(serial);
    return name;
  }

  /** Puts a handshake message into the flight and the transcript. */
  protected say(message: Buffer, isHashed = true): void {
    const { sent, hashed } = this.tamper.message(message);
    this.#waiting.push(...sent);
    if (isHashed) this.transcript.push(...hashed);
    if (!this.plan.coalesces) this.flush();
  }

  protected sayChangeCipherSpec(): void {
    this.flush();
    this.#records.push(plainRecord(CHANGE_CIPHER_SPEC, Buffer.of(1)));
  }

  /** Ends the record: needed before keys change. */
  protected flush(): void {
    const text = join(...this.#waiting);
    this.#waiting = [];
    for (let at = 0; at < text.length; at += this.plan.recordBytes) {
      const piece = text.subarray(at, at + this.plan.recordBytes);
      // Padding counts towards the longest text of a record (RFC 8446, section 5.4).
      const padding = Math.min(this.tamper.padding(), MOST_TEXT_BYTES - piece.length);
      this.#records.push(this.write.seal(HANDSHAKE, piece, padding));
    }
  }

  protected get transcriptDigest(): Buffer {
    return digest(this.plan.suite.hash, ...this.transcript);
  }

  #takeRecord(record: Buffer): void {
    if (record[0] === CHANGE_CIPHER_SPEC) {
      this.takeChangeCipherSpec();
      return;
    }
    if (this.skips(record)) return;
    const { type, text } = this.read.open(record);
    if (type === ALERT) this.alerts.push(text[1] ?? 0);
    else if (type === APPLICATION_DATA) this.earlyData += text.toString('latin1');
    else if (type === HANDSHAKE) this.#takeMessages(text);
    else throw new RangeError(`the client sent a record of type ${String(type)}`);
  }

  #takeMessages(text: Buffer): void {
    this.#messages = join(this.#messages, text);
    while (this.#messages.length >= 4 && this.#messages.length >= 4 + this.#messages.readUIntBE(1, 3)) {
      const end = 4 + this.#messages.readUIntBE(1, 3);
      const message = this.#messages.subarray(0, end);
      this.#messages = this.#messages.subarray(end);
      if (message[0] === CLIENT_HELLO) this.takeHello(readClientHello(message));
      else this.takeMessage(message[0] ?? 0, message);
    }
  }
}

/**
 * Signs with ECDSA and SHA-256. What was signed before gets the same signature, and all are of one length, though their bytes are random:
 * so what a seed chooses is the same in every run.
 */
export const signed = (key: KeyObject, text: Buffer): Buffer => {
  const name = digest('sha256', text).toString('latin1');
  let signature = SIGNATURES.get(name);
  if (signature === undefined) {
    do signature = sign('sha256', text, key);
    while (signature.length !== SIGNATURE_BYTES);
    if (SIGNATURES.size > 1000) SIGNATURES.clear();
    SIGNATURES.set(name, signature);
  }
  return signature;
};

/** The commonest length: one of the two numbers has its highest bit set. */
const SIGNATURE_BYTES = 71;

const SIGNATURES = new Map<string, Buffer>();

export const ECDSA_SECP256R1_SHA256 = 0x0403;
