import { allocate, type NativeMemory } from '../ffi.ts';
import type { KeyPair } from './crypto/key-exchange.ts';
import type { Primitives } from './crypto/primitives.ts';
import type { VerifyKey } from './crypto/signature.ts';
import type { Chain } from './chains.ts';
import { copyBytes } from './copy.ts';
import type { Part } from './server-hello.ts';
import { Direction } from './record.ts';
import type { WireSession } from './session.ts';
import type { WireClient } from './client.ts';
import type { Suite } from './suites.ts';
import { Transcript } from './transcript.ts';

/**
 * Layout of a slot's memory. Secrets have room for the longest digest in use, 48 bytes. What a TLS 1.2 handshake uses stands
 * first and close together: among a thousand connections each line of it comes from memory.
 */
export const AT = {
  /** Side by side, as TLS 1.2 hashes them; after them the client's once more, for the order of the key expansion. */
  clientRandom: 0,
  serverRandom: 32,
  clientRandomAgain: 64,
  sessionId: 96,
  /** Master secret of TLS 1.2, with room for two digests; in TLS 1.3 the source of the application's secrets. */
  master: 128,
  digest: 192,
  verifyData: 256,
  readKey: 320,
  readIv: 352,
  writeKey: 368,
  writeIv: 400,
  /** Room for the longest key block of TLS 1.2, two keys and two IVs, in whole digests. */
  keyBlock: 416,
  /** Shared secret of the key exchange. */
  shared: 512,
  /** The pre-shared key that is offered. */
  resumption: 576,
  early: 624,
  handshake: 672,
  clientTraffic: 720,
  serverTraffic: 768,
  clientFinished: 816,
  serverFinished: 864,
  clientApplication: 912,
  serverApplication: 960,
  /** Digest of all messages up to the server's Finished. */
  finishedDigest: 1008,
  end: 1056,
} as const;

const SLOT_BYTES = AT.end;

/** Room for a ClientHello; one with a long ticket asks for more. */
const HELLO_BYTES = 2048;

/** Message that the handshake waits for. */
export type Expected =
  | 'server-hello'
  | 'encrypted-extensions'
  | 'certificate-or-request'
  | 'certificate'
  | 'certificate-verify'
  | 'server-key-exchange'
  | 'hello-done-or-request'
  | 'hello-done'
  | 'ticket'
  | 'change-cipher-spec'
  | 'finished'
  | 'nothing';

/** Everything that belongs to one connection: made once per slot, reset in one place for one handshake after another. */
export class HandshakeState {
  readonly memory: NativeMemory;
  readonly transcript: Transcript;
  readonly read: Direction;
  readonly write: Direction;
  readonly #primitives: Primitives;
  readonly #keyPairs = new Map<number, KeyPair>();
  /** The ClientHello in its record: hashed only when the server has chosen the hash function. */
  hello: NativeMemory;
  helloBytes = 0;

  #client: WireClient | undefined;
  /** Another for each handshake of this thread, so that a working state knows which one it was last made for. */
  handshakeId = 0;
  expects: Expected = 'server-hello';
  offered: WireSession | undefined;
  keyPair: KeyPair | undefined;
  suite: Suite | undefined;
  sessionIdBytes = 0;
  isResumed = false;
  hasRetried = false;
  hasSentDecoy = false;
  isAskedForCertificate = false;
  hasExtendedMasterSecret = false;
  isTicketPromised = false;
  earlyData: 'none' | 'sent' | 'accepted' | 'rejected' = 'none';
  alpn = '';
  groupName = '';
  leaf: Buffer | undefined;
  serverKey: VerifyKey | undefined;

  constructor(primitives: Primitives) {
    this.#primitives = primitives;
    this.memory = primitives.arena.allocate(SLOT_BYTES);
    this.hello = primitives.arena.allocate(HELLO_BYTES);
    this.transcript = new Transcript(primitives.hashes);
    this.read = new Direction(this.memory, AT.readKey, AT.readIv);
    this.write = new Direction(this.memory, AT.writeKey, AT.writeIv);
  }

  get client(): WireClient {
    if (this.#client === undefined) throw new RangeError('a state without a client');
    return this.#client;
  }

  get isTls13(): boolean {
    return this.client.isTls13;
  }

  /** Makes the slot ready for a new connection: what is forgotten here would leak into the next handshake. */
  begin(client: WireClient): void {
    this.release();
    this.#client = client;
    this.handshakeId = nextHandshakeId();
    this.expects = 'server-hello';
    this.offered = undefined;
    this.keyPair = undefined;
    this.suite = undefined;
    this.sessionIdBytes = 0;
    this.helloBytes = 0;
    this.isResumed = false;
    this.hasRetried = false;
    this.hasSentDecoy = false;
    this.isAskedForCertificate = false;
    this.hasExtendedMasterSecret = false;
    this.isTicketPromised = false;
    this.earlyData = 'none';
    this.alpn = '';
    this.groupName = '';
    this.leaf = undefined;
    this.read.unprotect();
    this.write.unprotect();
    this.transcript.clear();
  }

  address(at: number): number {
    return this.memory.address + at;
  }

  /** Keeps the session ID that the server gave, in place of ours. */
  keepSessionId(from: Uint8Array, { at, length }: Part): void {
    copyBytes(this.memory.bytes, AT.sessionId, from, at, length);
    this.sessionIdBytes = length;
  }

  /** Keeps what the server's chain came to; its key is held. */
  takeChain({ leaf, key }: Chain): void {
    this.leaf = leaf;
    this.serverKey = key;
  }

  /** True while a connection is under way. */
  get isBegun(): boolean {
    return this.#client !== undefined;
  }

  /** Lets go of what is shared with other connections. */
  release(): void {
    this.serverKey?.release();
    this.serverKey = undefined;
    this.#client = undefined;
  }

  /** Takes a key pair of a group: a fresh one, or the client's own where key shares are used again. */
  takeKeyPair(index: number): KeyPair {
    const { client } = this;
    const group = client.groups[index];
    if (group === undefined) throw new RangeError('a group that was not offered');
    this.groupName = group.name;
    this.keyPair = client.sharedKeyPair(group) ?? this.#freshKeyPair(group.id, () => this.#primitives.keyExchange.keyPair(group));
    return this.keyPair;
  }

  /** Makes room for a ClientHello of so many bytes. */
  reserveHello(bytes: number): void {
    if (bytes > this.hello.bytes.length) this.hello = allocate(bytes * 2);
  }

  /** Frees also what is kept from one connection to the next. */
  free(): void {
    this.release();
    for (const pair of this.#keyPairs.values()) pair.free();
    this.#keyPairs.clear();
  }

  #freshKeyPair(id: number, make: () => KeyPair): KeyPair {
    let pair = this.#keyPairs.get(id);
    if (pair === undefined) this.#keyPairs.set(id, (pair = make()));
    pair.renew();
    return pair;
  }
}

let lastHandshakeId = 0;

const nextHandshakeId = (): number => ++lastHandshakeId;
