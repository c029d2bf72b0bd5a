import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { weakKeyOf, WEAK_KEYS_TRIED } from '../../src/tls/weak-ticket-keys.ts';

interface Form {
  readonly nameBytes: number;
  readonly hasLength: boolean;
  readonly macBytes: number;
}

/** A ticket as a server seals it: name, IV, perhaps a length, the state, and a MAC. */
const seal = (key: Buffer, secret: Buffer, { nameBytes, hasLength, macBytes }: Form, name = randomBytes(nameBytes)): Buffer => {
  const iv = randomBytes(16);
  const cipher = createCipheriv(key.length === 16 ? 'aes-128-cbc' : 'aes-256-cbc', key, iv);
  const text = Buffer.concat([cipher.update(Buffer.concat([randomBytes(23), secret, randomBytes(40)])), cipher.final()]);
  const length = hasLength ? [Buffer.of(text.length >> 8, text.length & 0xff)] : [];
  return Buffer.concat([name, iv, ...length, text, randomBytes(macBytes)]);
};

const RFC_5077: Form = { nameBytes: 16, hasLength: false, macBytes: 32 };

/** Bytes that go on by one step from a first one. */
const counting = (length: number, first: number, step: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (first + step * i) & 0xff));

describe('weak ticket keys', () => {
  it.each([
    ['zero', Buffer.alloc(32)],
    ['one-byte', Buffer.alloc(32, 0x31)],
    ['half-zero', Buffer.concat([Buffer.alloc(16, 0x31), Buffer.alloc(16)])],
    ['counting', counting(32, 0, 1)],
    // The key in a file of 80 bytes that count.
    ['counting', counting(32, 48, 1)],
    ['counting', counting(32, 255, -1)],
  ] as const)('are found by the secret that they open: %s', (pattern, key) => {
    for (const secret of [randomBytes(48), randomBytes(32)]) {
      expect(weakKeyOf({ ticket: seal(key, secret, RFC_5077), secret })).toEqual({ pattern, cipher: 'aes-256-cbc' });
    }
    const secret = randomBytes(48);
    const found = weakKeyOf({ ticket: seal(key.subarray(0, 16), secret, RFC_5077), secret });
    expect(found?.cipher).toBe('aes-128-cbc');
  });

  it.each([
    ['RFC 5077', RFC_5077],
    ['GnuTLS', { nameBytes: 16, hasLength: true, macBytes: 20 }],
    ['a name of 4 bytes', { nameBytes: 4, hasLength: true, macBytes: 32 }],
    ['no name', { nameBytes: 0, hasLength: false, macBytes: 32 }],
  ] as const)('are found in the form of %s', (_, form) => {
    const secret = randomBytes(48);
    expect(weakKeyOf({ ticket: seal(Buffer.alloc(32), secret, form), secret })).toEqual({
      pattern: 'zero',
      cipher: 'aes-256-cbc',
    });
  });

  it('are found where the key is the name of the key', () => {
    const name = randomBytes(16);
    const secret = randomBytes(48);
    const ticket = seal(Buffer.concat([name, name]), secret, RFC_5077, name);
    expect(weakKeyOf({ ticket, secret })).toEqual({ pattern: 'own-name', cipher: 'aes-256-cbc' });
  });

  it('are not claimed where a key opens a ticket with another secret in it, nor where nothing opens it', () => {
    expect(weakKeyOf({ ticket: seal(Buffer.alloc(32), randomBytes(48), RFC_5077), secret: randomBytes(48) })).toBeUndefined();
    const secret = randomBytes(48);
    expect(weakKeyOf({ ticket: seal(randomBytes(32), secret, RFC_5077), secret })).toBeUndefined();
  });

  it.each([0, 16, 31, 32, 47, 64, 100])('are not looked for in %i bytes that cannot hold a state', (length) => {
    expect(weakKeyOf({ ticket: Buffer.alloc(length), secret: randomBytes(48) })).toBeUndefined();
    expect(weakKeyOf({ ticket: Buffer.alloc(length), secret: Buffer.alloc(0) })).toBeUndefined();
  });

  it('are as many as it is said', () => {
    expect(WEAK_KEYS_TRIED).toBe(1025);
  });
});
