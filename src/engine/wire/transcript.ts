import type { Hash, HashName, HashState } from './crypto/hash.ts';

/** A hash function with the state of all messages so far. */
interface Running {
  readonly hash: Hash;
  readonly state: HashState;
}

/** The running hash of all handshake messages (RFC 8446, section 4.4.1). */
export class Transcript {
  readonly #hashes: Readonly<Record<HashName, Hash>>;
  readonly #made: Partial<Record<HashName, Running>> = {};
  #running: Running | undefined;

  constructor(hashes: Readonly<Record<HashName, Hash>>) {
    this.#hashes = hashes;
  }

  clear(): void {
    this.#running = undefined;
  }

  get isBegun(): boolean {
    return this.#running !== undefined;
  }

  begin(name: HashName): void {
    this.#running = this.#made[name] ??= this.#make(name);
    this.#running.hash.init(this.#running.state);
  }

  update(address: number, length: number): void {
    const { hash, state } = this.#begun();
    hash.update(state, address, length);
  }

  /** The hash of what has been so far. */
  digest(out: number): void {
    const { hash, state } = this.#begun();
    hash.digest(state, out);
  }

  #make(name: HashName): Running {
    const hash = this.#hashes[name];
    return { hash, state: hash.state() };
  }

  #begun(): Running {
    if (this.#running === undefined) throw new RangeError('a transcript without a hash function');
    return this.#running;
  }
}
