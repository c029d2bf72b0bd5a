import type { ClientSettings } from '../../src/engine/engine.ts';
import type { NativeMemory } from '../../src/engine/ffi.ts';
import type { Arena } from '../../src/engine/arena.ts';
import { WireClient } from '../../src/engine/wire/client.ts';
import { WireConnection } from '../../src/engine/wire/connection.ts';
import type { Entropy } from '../../src/engine/wire/crypto/entropy.ts';
import { openPrimitives, type Primitives } from '../../src/engine/wire/crypto/primitives.ts';
import { SuccessiveKeys, type X25519Keys } from '../../src/engine/wire/crypto/x25519-keys.ts';
import { openLibCrypto } from '../../src/engine/wire/library.ts';
import type { WireSession } from '../../src/engine/wire/session.ts';
import { makeWireContext } from '../../src/engine/wire/wire-context.ts';
import { Trust } from '../../src/engine/wire/trust.ts';
import { GuardedArena } from './guarded-arena.ts';

const EXCHANGE_BYTES = 65_536;

/** How long the pieces are in which bytes come: asked for one after another. */
export type PieceBytes = () => number;

/** The handshake of engine wire without sockets, repeatable byte for byte, in memory that watches its edges. */
export class Subject {
  readonly connection: WireConnection;
  readonly #arena = new GuardedArena();
  readonly #entropy = new RepeatedEntropy();
  readonly #primitives: Primitives;
  readonly #input: NativeMemory;
  readonly #output: NativeMemory;
  readonly #trust = new Trust();

  constructor() {
    this.#primitives = openPrimitives(openLibCrypto(), {
      entropy: this.#entropy,
      x25519Keys: new RepeatedKeys(this.#entropy, this.#arena),
      arena: this.#arena,
    });
    this.#input = this.#arena.allocate(EXCHANGE_BYTES);
    this.#output = this.#arena.allocate(EXCHANGE_BYTES);
    const exchange = { input: this.#input, output: this.#output };
    this.connection = new WireConnection(makeWireContext(this.#primitives, exchange, () => 1e9));
  }

  client(settings: ClientSettings): WireClient {
    return new WireClient(settings, this.#primitives, this.#trust);
  }

  /** Begins a handshake. @returns the ClientHello. */
  start(client: WireClient, session: WireSession | undefined): Buffer {
    this.#entropy.repeat();
    this.connection.start({ client, session, awaitTicket: true, sendsRequest: false, closeNotify: true, tap: true });
    return this.#sent();
  }

  /**
   * Takes what a server sent, in pieces; what lies behind a piece in the input is filled, so that who reads there reads something else in
   * another run.
   *
   * @returns what goes back.
   */
  take(bytes: Buffer, pieceBytes: PieceBytes, fill: number): Buffer {
    const sent: Buffer[] = [];
    for (let at = 0; at < bytes.length && this.connection.status !== 'failed';) {
      const length = Math.min(bytes.length - at, EXCHANGE_BYTES, pieceBytes());
      bytes.copy(this.#input.bytes, 0, at, at + length);
      this.#input.bytes.fill(fill, length, Math.min(EXCHANGE_BYTES, length + 512));
      this.connection.receive(length);
      sent.push(this.#sent());
      at += length;
    }
    return Buffer.concat(sent);
  }

  get isMemoryIntact(): boolean {
    return this.#arena.isIntact;
  }

  close(): void {
    this.#trust.close();
  }

  #sent(): Buffer {
    return Buffer.from(this.#output.bytes.subarray(0, this.connection.outputBytes));
  }
}

/** The same bytes in every handshake. */
class RepeatedEntropy implements Entropy {
  #next = 0;

  repeat(): void {
    this.#next = 1;
  }

  fill({ bytes }: NativeMemory, at: number, length: number): void {
    for (let i = 0; i < length; i++) bytes[at + i] = (this.#next++ * 167) & 0xff;
  }
}

/** The same X25519 key pair in every handshake. */
class RepeatedKeys implements X25519Keys {
  readonly #privateKey: NativeMemory;
  readonly #publicKey: NativeMemory;

  constructor(entropy: Entropy, arena: Arena) {
    this.#privateKey = arena.allocate(32);
    this.#publicKey = arena.allocate(32);
    new SuccessiveKeys(entropy, arena).next(this.#privateKey, this.#publicKey);
  }

  next(privateKey: NativeMemory, publicKey: NativeMemory): void {
    privateKey.bytes.set(this.#privateKey.bytes);
    publicKey.bytes.set(this.#publicKey.bytes);
  }
}
