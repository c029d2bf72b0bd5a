import { createHash, createHmac } from 'node:crypto';
import { join, u16, u8, vector8 } from './bytes.ts';

export type Hash = 'sha256' | 'sha384';

export const digestBytes = (hash: Hash): number => (hash === 'sha256' ? 32 : 48);

export const digest = (hash: Hash, ...parts: readonly Uint8Array[]): Buffer => {
  const state = createHash(hash);
  for (const part of parts) state.update(part);
  return state.digest();
};

export const hmac = (hash: Hash, key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer => {
  const state = createHmac(hash, key);
  for (const part of parts) state.update(part);
  return state.digest();
};

/** HKDF-Extract (RFC 5869, section 2.2). */
export const extract = (hash: Hash, salt: Uint8Array, secret: Uint8Array): Buffer => hmac(hash, salt, secret);

/** HKDF-Expand-Label (RFC 8446, section 7.1); no label of TLS needs more than one block. */
export const expandLabel = (hash: Hash, secret: Uint8Array, label: string, context: Uint8Array, length: number): Buffer => {
  const info = join(u16(length), vector8(Buffer.from(`tls13 ${label}`)), vector8(context));
  return hmac(hash, secret, info, u8(1)).subarray(0, length);
};

/** Derive-Secret, of a transcript's digest. */
export const derive = (hash: Hash, secret: Uint8Array, label: string, transcript: Uint8Array): Buffer =>
  expandLabel(hash, secret, label, transcript, digestBytes(hash));

/** The PRF of TLS 1.2 (RFC 5246, section 5). */
export const prf = (hash: Hash, secret: Uint8Array, label: string, seed: Uint8Array, length: number): Buffer => {
  const labelled = join(Buffer.from(label), seed);
  const blocks: Buffer[] = [];
  let chain: Buffer = labelled;
  for (let have = 0; have < length; have += digestBytes(hash)) {
    chain = hmac(hash, secret, chain);
    blocks.push(hmac(hash, secret, chain, labelled));
  }
  return join(...blocks).subarray(0, length);
};
