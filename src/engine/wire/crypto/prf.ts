import type { NativeMemory } from '../../ffi.ts';
import type { Arena } from '../../arena.ts';
import { copyBytes } from '../copy.ts';
import type { HashedKey, Hmac } from './hmac.ts';

/** The longest seed of TLS 1.2: two randoms. */
const MOST_SEED_BYTES = 64;

/** More than any label and the seed that follows it. */
const SEED_BYTES = 128;

/** Owner of a secret that is used several times, who keeps it as a hashed key. */
export interface SecretKeeper {
  hashedSecret: HashedKey | undefined;
}

/** The pseudo-random function of TLS 1.2 (RFC 5246, section 5). */
export class Prf {
  readonly #hmac: Hmac;
  /** A(i), followed by label and seed, so that both are hashed in one go. */
  readonly #block: NativeMemory;
  readonly #labels = new Map<string, Buffer>();
  #labelBytes = 0;
  #secretId = 0;

  /** @param hmac for this PRF alone: its key is taken to stay. */
  constructor(hmac: Hmac, arena: Arena) {
    this.#hmac = hmac;
    this.#block = arena.allocate(hmac.hash.digestBytes + SEED_BYTES);
  }

  /**
   * Sets the secret that the expansions which follow start from.
   *
   * @param secretId identifies the secret: while it is the same, the secret is not hashed again. 0 identifies nothing.
   * @param keeper whose secret it is, always with this hash function.
   */
  from(secret: number, length: number, secretId: number, keeper?: SecretKeeper): void {
    if (secretId !== 0 && secretId === this.#secretId) return;
    this.#secretId = secretId;
    if (keeper?.hashedSecret !== undefined) this.#hmac.restore(keeper.hashedSecret);
    else {
      this.#hmac.key(secret, length);
      if (keeper !== undefined) keeper.hashedSecret = this.#hmac.hashedKey();
    }
  }

  /** Begins an expansion. @returns where its seed is to be written, of which there is room for 64 bytes. */
  label(label: string): number {
    let bytes = this.#labels.get(label);
    if (bytes === undefined) this.#labels.set(label, (bytes = Buffer.from(label, 'latin1')));
    // Here and not only in `expand`: by then the seed has been written.
    if (bytes.length + MOST_SEED_BYTES > SEED_BYTES) throw new RangeError('a label longer than TLS 1.2 has');
    const { digestBytes } = this.#hmac.hash;
    copyBytes(this.#block.bytes, digestBytes, bytes, 0, bytes.length);
    this.#labelBytes = bytes.length;
    return this.#block.address + digestBytes + bytes.length;
  }

  /**
   * The PRF of the label and of a seed of so many bytes.
   *
   * @param out has room for whole digests: the last one is written to its end, beyond the length.
   */
  expand(seedBytes: number, out: number, length: number): void {
    const hmac = this.#hmac;
    const { digestBytes } = hmac.hash;
    const { address } = this.#block;
    const seedEnd = this.#labelBytes + seedBytes;
    if (seedBytes > MOST_SEED_BYTES) throw new RangeError('a seed longer than TLS 1.2 has');
    hmac.of(address + digestBytes, seedEnd, address);
    for (let at = 0; at < length; at += digestBytes) {
      if (at > 0) hmac.of(address, digestBytes, address);
      hmac.of(address, digestBytes + seedEnd, out + at);
    }
  }
}
