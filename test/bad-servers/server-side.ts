import type { Socket } from 'node:net';
import { alertName } from '../../src/tls/alert.ts';
import { ALERT, CHANGE_CIPHER_SPEC, CLIENT_HELLO, HANDSHAKE } from '../../src/tls/numbers.ts';
import { readClientHello, type ClientHello } from '../fuzz/client-hello.ts';
import { openTestServer } from '../fuzz/open-test-server.ts';
import { HONEST, type Plan, type Tamper } from '../fuzz/plan.ts';
import { plainRecord } from '../fuzz/protection.ts';
import type { TestServer } from '../fuzz/test-server.ts';
import type { Misdeed } from './kind.ts';

export const WARNING = 1;
export const FATAL = 2;
const CLOSE_NOTIFY = 0;

/** A server's own account of one connection. */
export interface Account {
  /** The client's Finished came, and was right. */
  isFinished: boolean;
  isResumed: boolean;
  /** The last thing that the server did to the connection. */
  end: 'open' | 'fin' | 'reset';
  /** Names of the alerts that the server sent. */
  readonly alerts: string[];
  /** It sent what no honest server sends. */
  hasLied: boolean;
  /** It showed a certificate that nobody should trust. */
  readonly isImpostor: boolean;
}

/** The server's side of one connection. */
export class ServerSide {
  readonly account: Account;
  readonly #socket: Socket;
  readonly #misdeed: Misdeed;
  readonly #server: TestServer;
  #received: Buffer = Buffer.alloc(0);
  #heldBack: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, misdeed: Misdeed, plan: Plan) {
    this.#socket = socket;
    this.#misdeed = misdeed;
    const { isImpostor = false, isStranger: hasLied = false } = misdeed;
    this.account = { isFinished: false, isResumed: false, end: 'open', alerts: [], hasLied, isImpostor };
    this.#server = openTestServer(plan, this.#noting(misdeed.tamper));
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      this.#take(bytes);
    });
    socket.on('end', () => {
      this.end();
    });
    misdeed.onAccept?.(this);
  }

  /** The ClientHello, once it is here as a whole in one record. */
  get hello(): ClientHello | undefined {
    const bytes = withoutDecoys(this.#received);
    const isWhole = bytes.length > 9 && bytes.length >= 5 + bytes.readUInt16BE(3);
    if (!isWhole || bytes[0] !== HANDSHAKE || bytes[5] !== CLIENT_HELLO) return undefined;
    return readClientHello(bytes.subarray(5, 5 + bytes.readUInt16BE(3)));
  }

  get isOpen(): boolean {
    return this.account.end === 'open' && !this.#socket.destroyed && this.#socket.writable;
  }

  /** Sends bytes that an honest server would send. */
  send(bytes: Uint8Array): void {
    if (this.isOpen) this.#socket.write(bytes);
  }

  /** Sends bytes that no honest server would send. */
  lie(bytes: Uint8Array): void {
    this.account.hasLied = true;
    this.send(bytes);
  }

  /** Sends bytes only when the client ends the connection. */
  holdBack(bytes: Buffer): void {
    this.#heldBack = bytes;
  }

  alert(level: number, description: number): void {
    this.account.alerts.push(alertName(description));
    this.send(plainRecord(ALERT, Buffer.of(level, description)));
  }

  /** Sends an alert under the keys of the connection. */
  sealedAlert(level: number, description: number): void {
    this.account.alerts.push(alertName(description));
    this.send(this.sealed(ALERT, Buffer.of(level, description)));
  }

  renewedKeys(): Buffer {
    return this.#server.renewedKeys();
  }

  sealed(type: number, text: Uint8Array): Buffer {
    return this.#server.sealed(type, text);
  }

  end(): void {
    if (this.isOpen) this.account.end = 'fin';
    this.#socket.end();
  }

  reset(): void {
    if (this.isOpen) this.account.end = 'reset';
    this.#socket.resetAndDestroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Does something again and again while the client listens. */
  forever(act: () => void): void {
    const again = (): void => {
      if (!this.isOpen) return;
      act();
      setTimeout(again, 1);
    };
    again();
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    const { onHello } = this.#misdeed;
    if (onHello !== undefined && !this.account.isFinished) {
      if (this.hello === undefined) return;
      if (!onHello(this)) {
        this.#received = Buffer.alloc(0);
        return;
      }
    }
    const answer = this.#answerTo(bytes);
    if (answer === undefined) return;
    this.#deliver(answer);
    if (this.#server.alerts.includes(CLOSE_NOTIFY)) this.#endInOrder();
  }

  /** `undefined` when the client's bytes made no sense, as those of a client that gives up do. */
  #answerTo(bytes: Buffer): Buffer | undefined {
    try {
      return this.#server.take(bytes);
    } catch {
      return undefined;
    }
  }

  #deliver(answer: Buffer): void {
    const { deliver, onFinished } = this.#misdeed;
    const hasJustFinished = this.#server.isDone && !this.account.isFinished;
    this.account.isFinished = this.#server.isDone;
    this.account.isResumed = this.#server.isResumed;
    if (hasJustFinished && onFinished !== undefined) onFinished(this, answer);
    else if (deliver === undefined) this.send(answer);
    else if (answer.length > 0) deliver(this, answer);
  }

  #endInOrder(): void {
    this.send(this.#heldBack);
    this.send(this.sealed(ALERT, Buffer.of(WARNING, CLOSE_NOTIFY)));
    this.end();
  }

  /** Notes when a tamper changes anything. */
  #noting(given: Partial<Tamper> | undefined): Tamper {
    if (given === undefined) return HONEST;
    const tamper = { ...HONEST, ...given };
    return {
      ...tamper,
      message: (message) => {
        const said = tamper.message(message);
        if (said.sent.length !== 1 || said.sent[0]?.equals(message) !== true) this.account.hasLied = true;
        return said;
      },
      records: (records) => {
        const changed = tamper.records(records);
        if (!Buffer.concat(changed).equals(Buffer.concat(records))) this.account.hasLied = true;
        return changed;
      },
    };
  }
}

/** A second hello comes after a ChangeCipherSpec that says nothing (RFC 8446, appendix D.4). */
const withoutDecoys = (bytes: Buffer): Buffer => (bytes[0] === CHANGE_CIPHER_SPEC ? withoutDecoys(bytes.subarray(6)) : bytes);
