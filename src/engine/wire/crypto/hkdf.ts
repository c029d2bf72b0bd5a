import type { NativeMemory } from '../../ffi.ts';
import type { Arena } from '../../arena.ts';
import type { LibCrypto } from '../library.ts';
import type { Hmac } from './hmac.ts';

/** An info block of HKDF-Expand-Label, ready but for its context. */
interface Info {
  readonly memory: NativeMemory;
  readonly contextAt: number;
  readonly length: number;
}

/** HKDF (RFC 5869) as TLS 1.3 uses it (RFC 8446, section 7.1): outputs never exceed one digest, so that each is a single HMAC. */
export class Hkdf {
  readonly #hmac: Hmac;
  readonly #memcpy: LibCrypto['memcpy'];
  readonly #arena: Arena;
  readonly #out: NativeMemory;
  readonly #infos = new Map<string, Info[]>();

  constructor(hmac: Hmac, lib: LibCrypto, arena: Arena) {
    this.#hmac = hmac;
    this.#memcpy = lib.memcpy;
    this.#arena = arena;
    this.#out = arena.allocate(hmac.hash.digestBytes);
  }

  /** HKDF-Extract: salt and output are a digest long. */
  extract(salt: number, key: number, keyBytes: number, out: number): void {
    this.#hmac.key(salt, this.#hmac.hash.digestBytes);
    this.#hmac.of(key, keyBytes, out);
  }

  /** Sets the secret that the expansions which follow start from. */
  from(secret: number): void {
    this.#hmac.key(secret, this.#hmac.hash.digestBytes);
  }

  /** HKDF-Expand-Label of the secret that is set; the context is `contextBytes` long, which may be 0. */
  expand(label: string, context: number, contextBytes: number, out: number, length: number): void {
    const { memory, contextAt, length: infoBytes } = this.#info(label, contextBytes, length);
    if (contextBytes > 0) this.#memcpy(memory.address + contextAt, context, contextBytes);
    if (length === this.#hmac.hash.digestBytes) {
      this.#hmac.of(memory.address, infoBytes, out);
      return;
    }
    this.#hmac.of(memory.address, infoBytes, this.#out.address);
    this.#memcpy(out, this.#out.address, length);
  }

  #info(label: string, contextBytes: number, length: number): Info {
    let infos = this.#infos.get(label);
    if (infos === undefined) this.#infos.set(label, (infos = []));
    // A label goes with one or two pairs of lengths.
    for (const info of infos) {
      if (info.memory.bytes[info.contextAt - 1] === contextBytes && info.memory.bytes[1] === length) return info;
    }
    const info = this.#make(label, contextBytes, length);
    infos.push(info);
    return info;
  }

  #make(label: string, contextBytes: number, length: number): Info {
    if (length > this.#hmac.hash.digestBytes) throw new RangeError('HKDF output longer than a digest');
    const name = Buffer.from(`tls13 ${label}`, 'latin1');
    const head = Buffer.concat([Buffer.of(length >> 8, length & 0xff, name.length), name, Buffer.of(contextBytes)]);
    const memory = this.#arena.allocate(head.length + contextBytes + 1);
    memory.bytes.set(head);
    // The counter of the first and only block.
    memory.bytes[head.length + contextBytes] = 1;
    return { memory, contextAt: head.length, length: head.length + contextBytes + 1 };
  }
}
