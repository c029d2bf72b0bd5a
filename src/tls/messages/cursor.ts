/**
 * Reads numbers and vectors from the front of bytes (RFC 8446, section 3). Bytes of a peer may say anything: a reading beyond the end
 * throws, and whoever began to read says then that the message is not readable.
 */
export class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** @throws RangeError beyond the end. */
  take(length: number): Uint8Array {
    if (length > this.left) throw new RangeError('the bytes end inside a field');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Takes a whole number of so many bytes. @throws RangeError beyond the end. */
  number(bytes: 1 | 2 | 3 | 4): number {
    return this.take(bytes).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** Takes bytes behind their length, which is a number of so many bytes. @throws RangeError beyond the end. */
  vector(lengthBytes: 1 | 2 | 3): Uint8Array {
    return this.take(this.number(lengthBytes));
  }

  /** Reads one after another until the end; each must take something. @throws RangeError when the last one is cut. */
  all<T>(one: (cursor: Cursor) => T): readonly T[] {
    const found: T[] = [];
    while (this.left > 0) found.push(one(this));
    return found;
  }
}

/** Reads the numbers of 2 bytes that fill the bytes. @throws RangeError when half a one is left. */
export const numbersIn = (bytes: Uint8Array): readonly number[] => new Cursor(bytes).all((cursor) => cursor.number(2));

/** The text of bytes from a peer, one character each, as nobody has checked them. */
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
