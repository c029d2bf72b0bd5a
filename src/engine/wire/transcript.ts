import type { Hash, HashName } from './crypto/hash.ts';

/** The running hash of all handshake messages (RFC 8446, section 4.4.1). */
export class Transcript {
  readonly #hashes: Readonly<Record<HashName, Hash>>;
  readonly #states: Partial<Record<HashName, { readonly running: number; readonly copy: number }>> = {};
  #hash: Hash | undefined;
  #running = 0;
  #copy = 0;

  constructor(hashes: Readonly<Record<HashName, Hash>>) {
    this.#hashes = hashes;
  }

  clear(): void {
    this.#hash = undefined;
  }

  get isBegun(): boolean {
    return this.#hash !== undefined;
  }

  begin(name: HashName): void {
    const hash = this.#hashes[name];
    const states = (this.#states[name] ??= { running: hash.state(), copy: hash.state() });
    this.#hash = hash;
    this.#running = states.running;
    this.#copy = states.copy;
    hash.init(this.#running);
  }

  update(address: number, length: number): void {
    this.#begun().update(this.#running, address, length);
  }

  /** The hash of what has been so far. */
  digest(out: number): void {
    const hash = this.#begun();
    hash.copy(this.#copy, this.#running);
    hash.final(this.#copy, out);
  }

  #begun(): Hash {
    if (this.#hash === undefined) throw new RangeError('a transcript without a hash function');
    return this.#hash;
  }
}
