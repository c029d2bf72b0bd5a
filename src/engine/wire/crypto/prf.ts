import type { NativeMemory } from '../../ffi.ts';
import type { Arena } from '../arena.ts';
import type { LibCrypto } from '../library.ts';
import type { Hmac } from './hmac.ts';

/** More than any seed of TLS 1.2: a label, and two randoms or a digest. */
const SEED_BYTES = 128;

/** The pseudo-random function of TLS 1.2 (RFC 5246, section 5). */
export class Prf {
  readonly #hmac: Hmac;
  readonly #memcpy: LibCrypto['memcpy'];
  /** A(i), and behind it label and seed, so that both are hashed in one go. */
  readonly #block: NativeMemory;
  readonly #seed: NativeMemory;
  readonly #out: NativeMemory;
  readonly #labels = new Map<string, Buffer>();
  #mark = 0;

  /** @param hmac for this PRF alone: its key is taken to stay. */
  constructor(hmac: Hmac, lib: LibCrypto, arena: Arena) {
    this.#hmac = hmac;
    this.#memcpy = lib.memcpy;
    const { digestBytes } = hmac.hash;
    this.#block = arena.allocate(digestBytes + SEED_BYTES);
    this.#seed = { bytes: this.#block.bytes.subarray(digestBytes), address: this.#block.address + digestBytes };
    this.#out = arena.allocate(digestBytes);
  }

  /**
   * Sets the secret that the expansions which follow start from.
   *
   * @param mark of what the secret is, never that of another: as long as it is the same, the secret is not hashed again. 0 marks nothing.
   */
  from(secret: number, length: number, mark: number): void {
    if (mark !== 0 && mark === this.#mark) return;
    this.#mark = mark;
    this.#hmac.key(secret, length);
  }

  /** The PRF of label and seed. */
  expand(label: string, seed: number, seedBytes: number, out: number, length: number): void {
    const { digestBytes } = this.#hmac.hash;
    const labelBytes = this.#putLabel(label);
    const seedEnd = labelBytes + seedBytes;
    if (seedEnd > SEED_BYTES) throw new RangeError('a seed longer than TLS 1.2 has');
    this.#memcpy(this.#seed.address + labelBytes, seed, seedBytes);
    this.#hmac.of(this.#seed.address, seedEnd, this.#block.address);
    for (let at = 0; at < length; at += digestBytes) {
      if (at > 0) this.#hmac.of(this.#block.address, digestBytes, this.#block.address);
      const isWhole = length - at >= digestBytes;
      this.#hmac.of(this.#block.address, digestBytes + seedEnd, isWhole ? out + at : this.#out.address);
      if (!isWhole) this.#memcpy(out + at, this.#out.address, length - at);
    }
  }

  #putLabel(label: string): number {
    let bytes = this.#labels.get(label);
    if (bytes === undefined) this.#labels.set(label, (bytes = Buffer.from(label, 'latin1')));
    this.#seed.bytes.set(bytes);
    return bytes.length;
  }
}
