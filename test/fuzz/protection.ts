import { createCipheriv, createDecipheriv, type CipherGCMTypes } from 'node:crypto';
import { APPLICATION_DATA, TLS_1_2 } from '../../src/tls/numbers.ts';
import { join, u16, u8, vector16 } from './bytes.ts';
import { expandLabel, type Hash } from './secrets.ts';

export interface TestSuite {
  readonly id: number;
  readonly hash: Hash;
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';
}

export const TEST_SUITES: readonly TestSuite[] = [
  { id: 0x1301, hash: 'sha256', cipher: 'aes-128-gcm' },
  { id: 0x1302, hash: 'sha384', cipher: 'aes-256-gcm' },
  { id: 0x1303, hash: 'sha256', cipher: 'chacha20-poly1305' },
  { id: 0xc02b, hash: 'sha256', cipher: 'aes-128-gcm' },
  { id: 0xc02c, hash: 'sha384', cipher: 'aes-256-gcm' },
  { id: 0xcca9, hash: 'sha256', cipher: 'chacha20-poly1305' },
];

export const keyBytes = ({ cipher }: TestSuite): number => (cipher === 'aes-128-gcm' ? 16 : 32);

/** What is authenticated and encrypted is one record; the nonce counts them. */
export interface Protection {
  seal(type: number, text: Uint8Array, padding?: number): Buffer;
  /** The type and text of a record, header included. @throws when it is not what was sealed. */
  open(record: Buffer): { readonly type: number; readonly text: Buffer };
}

/** A record in the clear. */
export const plainRecord = (type: number, text: Uint8Array): Buffer => join(u8(type), u16(TLS_1_2), vector16(text));

export const IN_THE_CLEAR: Protection = {
  seal: plainRecord,
  open: (record) => ({ type: record[0] ?? 0, text: record.subarray(5) }),
};

const TAG_BYTES = 16;

/** Protection of TLS 1.3 with a traffic secret (RFC 8446, section 5.2). */
export const protection13 = (suite: TestSuite, secret: Uint8Array): Protection => {
  const key = expandLabel(suite.hash, secret, 'key', NOTHING, keyBytes(suite));
  const iv = expandLabel(suite.hash, secret, 'iv', NOTHING, 12);
  let [sealed, opened] = [0, 0];
  return {
    seal: (type, text, padding = 0) => {
      const inner = join(text, u8(type), Buffer.alloc(padding));
      const header = join(u8(APPLICATION_DATA), u16(TLS_1_2), u16(inner.length + TAG_BYTES));
      return join(header, encrypt(suite, { key, nonce: counted(iv, sealed++), extra: header }, inner));
    },
    open: (record) => {
      const inner = decrypt(suite, { key, nonce: counted(iv, opened), extra: record.subarray(0, 5) }, record.subarray(5));
      opened += 1;
      let end = inner.length;
      while (end > 0 && inner[end - 1] === 0) end -= 1;
      return { type: inner[end - 1] ?? 0, text: inner.subarray(0, end - 1) };
    },
  };
};

/** Protection of TLS 1.2 by AEAD (RFC 5288, RFC 7905). */
export const protection12 = (suite: TestSuite, key: Buffer, iv: Buffer): Protection => {
  const explicitBytes = suite.cipher === 'chacha20-poly1305' ? 0 : 8;
  let [sealed, opened] = [0, 0];
  const parts = (sequence: number, type: number, length: number, explicit: Buffer) => ({
    key,
    nonce: explicitBytes === 0 ? counted(iv, sequence) : join(iv, explicit),
    extra: join(sequenceOf(sequence), u8(type), u16(TLS_1_2), u16(length)),
  });
  return {
    seal: (type, text) => {
      const explicit = sequenceOf(sealed).subarray(0, explicitBytes);
      const body = encrypt(suite, parts(sealed++, type, text.length, explicit), text);
      return plainRecord(type, join(explicit, body));
    },
    open: (record) => {
      const type = record[0] ?? 0;
      const explicit = record.subarray(5, 5 + explicitBytes);
      const body = record.subarray(5 + explicitBytes);
      const text = decrypt(suite, parts(opened, type, body.length - TAG_BYTES, explicit), body);
      opened += 1;
      return { type, text };
    },
  };
};

const NOTHING = new Uint8Array();

interface Sealing {
  readonly key: Buffer;
  readonly nonce: Buffer;
  readonly extra: Buffer;
}

const sequenceOf = (sequence: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(sequence, 4);
  return bytes;
};

const counted = (iv: Buffer, sequence: number): Buffer => {
  const nonce = Buffer.from(iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ sequence) >>> 0, 8);
  return nonce;
};

const encrypt = ({ cipher }: TestSuite, { key, nonce, extra }: Sealing, text: Uint8Array): Buffer => {
  const state = createCipheriv(cipher as CipherGCMTypes, key, nonce, { authTagLength: TAG_BYTES });
  state.setAAD(extra, { plaintextLength: text.length });
  return join(state.update(text), state.final(), state.getAuthTag());
};

const decrypt = ({ cipher }: TestSuite, { key, nonce, extra }: Sealing, sealed: Buffer): Buffer => {
  if (sealed.length < TAG_BYTES) throw new RangeError('shorter than a tag');
  const state = createDecipheriv(cipher as CipherGCMTypes, key, nonce, { authTagLength: TAG_BYTES });
  state.setAAD(extra, { plaintextLength: sealed.length - TAG_BYTES });
  state.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  return join(state.update(sealed.subarray(0, sealed.length - TAG_BYTES)), state.final());
};
