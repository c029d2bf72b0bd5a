/** Writing and reading of the numbers and vectors that TLS is made of (RFC 8446, section 3). */

export const u8 = (value: number): Buffer => Buffer.of(value & 0xff);

export const u16 = (value: number): Buffer => Buffer.of((value >> 8) & 0xff, value & 0xff);

export const u24 = (value: number): Buffer => Buffer.of((value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

export const join = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);

export const vector8 = (...parts: readonly Uint8Array[]): Buffer => withLength(u8, parts);

export const vector16 = (...parts: readonly Uint8Array[]): Buffer => withLength(u16, parts);

export const vector24 = (...parts: readonly Uint8Array[]): Buffer => withLength(u24, parts);

const withLength = (write: (length: number) => Buffer, parts: readonly Uint8Array[]): Buffer => {
  const body = join(...parts);
  return join(write(body.length), body);
};

export const extension = (type: number, ...parts: readonly Uint8Array[]): Buffer => join(u16(type), vector16(...parts));

/** A handshake message: type, length, body. */
export const message = (type: number, ...parts: readonly Uint8Array[]): Buffer => join(u8(type), vector24(...parts));

/** Reads from the front. @throws RangeError beyond the end. */
export class Cursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  number(bytes: 1 | 2 | 3 | 4): number {
    return this.take(bytes).readUIntBE(0, bytes);
  }

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new RangeError('nothing more to read');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  vector(lengthBytes: 1 | 2 | 3): Buffer {
    return this.take(this.number(lengthBytes));
  }
}
