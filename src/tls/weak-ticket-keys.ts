import { createDecipheriv } from 'node:crypto';
import { WEAK_CIPHERS, type WeakCipher, type WeakKey, type WeakKeyPattern } from '../domain/weak-key.ts';

/** A session of our own. Neither part is ever shown. */
export interface OwnSession {
  readonly ticket: Uint8Array;
  /** The master secret of TLS 1.2, the pre-shared key of TLS 1.3: what the ticket must not give away. */
  readonly secret: Uint8Array;
}

/**
 * Tries weak keys on a ticket of our own session. One that makes our own secret appear in the plaintext is proof: by chance 32 bytes do
 * not come out right. Nothing else is claimed, and a ticket in another form than that of AES-CBC is not judged at all.
 */
export const weakKeyOf = ({ ticket, secret }: OwnSession): WeakKey | undefined => {
  // A key into a server's cache holds nothing.
  if (secret.length < LEAST_SECRET_BYTES || ticket.length < secret.length + BLOCK_BYTES) return undefined;
  const sealed = { ticket: Buffer.from(ticket), secret: Buffer.from(secret) };
  for (const { pattern, bytes } of candidateKeys(ticket)) {
    const cipher = WEAK_CIPHERS.find((each) => PLACES.some((place) => givesAway(sealed, each, bytes, place)));
    if (cipher !== undefined) return { pattern, cipher };
  }
  return undefined;
};

/** The keys that are tried on each ticket. */
export const WEAK_KEYS_TRIED = 4 * 256 + 1;

const LEAST_SECRET_BYTES = 32;

const BLOCK_BYTES = 16;

const KEY_BYTES: Readonly<Record<WeakCipher, number>> = { 'aes-256-cbc': 32, 'aes-128-cbc': 16 };

interface Candidate {
  readonly pattern: WeakKeyPattern;
  /** 32 bytes; AES-128 takes the first half. */
  readonly bytes: Buffer;
}

/** Of every byte: itself all over, with zeros in the second half, and what counts up and down from it. */
const BYTE_PATTERNS: readonly Candidate[] = Array.from({ length: 256 }, (_, first): Candidate[] => {
  const all = Buffer.alloc(32, first);
  return [
    { pattern: first === 0 ? 'zero' : 'one-byte', bytes: all },
    { pattern: 'half-zero', bytes: Buffer.concat([all.subarray(16), Buffer.alloc(16)]) },
    { pattern: 'counting', bytes: Buffer.from(all.map((byte, i) => byte + i)) },
    { pattern: 'counting', bytes: Buffer.from(all.map((byte, i) => byte - i)) },
  ];
}).flat();

/** A file of keys that consists of one block again and again has its key in every ticket, in the clear. */
const candidateKeys = (ticket: Uint8Array): readonly Candidate[] => [
  ...BYTE_PATTERNS,
  { pattern: 'own-name', bytes: Buffer.concat([ticket.subarray(0, 16), ticket.subarray(0, 16)]) },
];

interface Place {
  readonly iv: number;
  readonly text: number;
}

/** Places of the IV: after a name of 16 bytes (RFC 5077), without one, and after a name of 4; then the ciphertext, or its length first. */
const PLACES: readonly Place[] = [16, 0, 4].flatMap((iv) => [0, 2].map((length) => ({ iv, text: iv + BLOCK_BYTES + length })));

interface Sealed {
  readonly ticket: Buffer;
  readonly secret: Buffer;
}

/** Decrypts all whole blocks to the end: what is no ciphertext there comes out as noise, and each block depends on the one before alone. */
const givesAway = ({ ticket, secret }: Sealed, cipher: WeakCipher, key: Buffer, { iv, text }: Place): boolean => {
  const blocks = Math.floor((ticket.length - text) / BLOCK_BYTES);
  if (blocks * BLOCK_BYTES < secret.length) return false;
  const decipher = createDecipheriv(cipher, key.subarray(0, KEY_BYTES[cipher]), ticket.subarray(iv, iv + BLOCK_BYTES));
  decipher.setAutoPadding(false);
  return decipher.update(ticket.subarray(text, text + blocks * BLOCK_BYTES)).includes(secret);
};
