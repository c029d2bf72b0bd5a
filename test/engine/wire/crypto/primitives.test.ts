import {
  createCipheriv,
  createECDH,
  createHash,
  createHmac,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  sign,
  constants,
  createPublicKey,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { allocate, type NativeMemory } from '../../../../src/engine/ffi.ts';
import { NONCE_BYTES, TAG_BYTES, type AeadName } from '../../../../src/engine/wire/crypto/aead.ts';
import type { HashName } from '../../../../src/engine/wire/crypto/hash.ts';
import type { HashedKey } from '../../../../src/engine/wire/crypto/hmac.ts';
import { GROUPS } from '../../../../src/engine/wire/crypto/key-exchange.ts';
import type { SecretKeeper } from '../../../../src/engine/wire/crypto/prf.ts';
import { openPrimitives } from '../../../../src/engine/wire/crypto/primitives.ts';
import { SCHEMES } from '../../../../src/engine/wire/crypto/signature.ts';
import { openLibCrypto } from '../../../../src/engine/wire/library.ts';

const lib = openLibCrypto();

const HASHES: readonly HashName[] = ['sha256', 'sha384', 'sha512'];

const native = (bytes: Uint8Array): NativeMemory => {
  const memory = allocate(Math.max(1, bytes.length));
  memory.bytes.set(bytes);
  return memory;
};

const flip = (bytes: Buffer, at: number): void => {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
};

/** Lengths around the edges of blocks and of padding. */
const LENGTHS = [0, 1, 31, 32, 55, 56, 63, 64, 65, 111, 112, 119, 120, 127, 128, 129, 200, 1000];

describe.each([
  { way: 'as fast as the library allows', portable: false },
  { way: "by the library's public interface alone", portable: true },
])('primitives $way', ({ portable }) => {
  const primitives = openPrimitives(lib, { portable });

  it.each(HASHES)('%s hashes as node:crypto does, in pieces, and from a copied state', (name) => {
    const hash = primitives.hashes[name];
    const [state, copy] = [hash.state(), hash.state()];
    const out = allocate(hash.digestBytes);
    for (const length of LENGTHS) {
      const message = native(randomBytes(length));
      const text = message.bytes.subarray(0, length);
      hash.init(state);
      const cut = length >> 1;
      hash.update(state, message.address, cut);
      hash.copy(copy, state);
      hash.digest(state, out.address);
      expect(out.bytes.toString('hex')).toBe(createHash(name).update(text.subarray(0, cut)).digest('hex'));
      hash.update(state, message.address + cut, length - cut);
      hash.final(state, out.address);
      expect(out.bytes.toString('hex')).toBe(createHash(name).update(text).digest('hex'));
      hash.final(copy, out.address);
      expect(out.bytes.toString('hex')).toBe(createHash(name).update(text.subarray(0, cut)).digest('hex'));
    }
  });

  it.each(HASHES)('HMAC of %s is that of node:crypto, for many messages of one key', (name) => {
    const hmac = primitives.hmacs[name];
    const out = allocate(hmac.hash.digestBytes);
    for (const keyBytes of [0, 1, 32, 48, 64]) {
      const key = native(randomBytes(keyBytes));
      hmac.key(key.address, keyBytes);
      for (const length of LENGTHS) {
        const message = native(randomBytes(length));
        hmac.of(message.address, length, out.address);
        const expected = createHmac(name, key.bytes.subarray(0, keyBytes))
          .update(message.bytes.subarray(0, length))
          .digest('hex');
        expect(out.bytes.toString('hex')).toBe(expected);
      }
    }
  });

  it.each(['sha256', 'sha384'] as const)('HKDF of %s extracts and expands as node:crypto does', (name) => {
    const hkdf = primitives.hkdfs[name];
    const { digestBytes } = primitives.hashes[name];
    const salt = native(randomBytes(digestBytes));
    const key = native(randomBytes(48));
    const context = native(randomBytes(digestBytes));
    const secret = allocate(digestBytes);
    const out = allocate(digestBytes);
    hkdf.extract(salt.address, key.address, 48, secret.address);
    hkdf.from(secret.address);
    for (const [label, contextBytes, length] of [
      ['derived', digestBytes, digestBytes],
      ['key', 0, 16],
      ['key', 0, 32],
      ['iv', 0, 12],
    ] as const) {
      out.bytes.fill(0);
      hkdf.expand(label, context.address, contextBytes, out.address, length);
      const info = Buffer.concat([
        Buffer.of(0, length, 6 + label.length),
        Buffer.from(`tls13 ${label}`),
        Buffer.of(contextBytes),
        context.bytes.subarray(0, contextBytes),
      ]);
      const expected = Buffer.from(hkdfSync(name, key.bytes, salt.bytes, info, length)).toString('hex');
      expect(out.bytes.subarray(0, length).toString('hex')).toBe(expected);
    }
  });

  it.each(['sha256', 'sha384'] as const)('the PRF of TLS 1.2 with %s is P_hash of node:crypto', (name) => {
    const prf = primitives.prfs[name];
    const secret = native(randomBytes(48));
    const seed = native(randomBytes(64));
    for (const length of [12, 32, 40, 48, 72, 88]) {
      const out = allocate(96);
      prf.from(secret.address, 48, 0);
      primitives.lib.memcpy(prf.label('key expansion'), seed.address, 64);
      prf.expand(64, out.address, length);
      expect(out.bytes.subarray(0, length).toString('hex')).toBe(
        prfOf(name, secret.bytes, Buffer.concat([Buffer.from('key expansion'), seed.bytes]), length),
      );
    }
  });

  it('the PRF refuses a label that leaves no room for a seed, and a seed that is too long', () => {
    const prf = primitives.prfs.sha256;
    expect(() => prf.label('x'.repeat(64))).not.toThrow();
    expect(() => prf.label('x'.repeat(65))).toThrow(RangeError);
    expect(() => {
      prf.expand(65, allocate(32).address, 32);
    }).toThrow(RangeError);
  });

  it.each(['sha256', 'sha384'] as const)('the PRF with %s takes a kept secret for the one it was made of', (name) => {
    const prf = primitives.prfs[name];
    const keepers = [1, 2].map(() => ({ secret: native(randomBytes(48)), hashedSecret: undefined as HashedKey | undefined }));
    const out = allocate(96);
    const expand = (secret: NativeMemory, keeper?: SecretKeeper): string => {
      prf.from(secret.address, 48, 0, keeper);
      prf.label('client finished');
      prf.expand(0, out.address, 12);
      return out.bytes.subarray(0, 12).toString('hex');
    };
    const expected = keepers.map(({ secret }) => prfOf(name, secret.bytes, Buffer.from('client finished'), 12));
    // In turns, so that each follows the other's secret: first hashed, then as kept.
    for (let turn = 0; turn < 2; turn++) expect(keepers.map((keeper) => expand(keeper.secret, keeper))).toEqual(expected);
    expect(keepers.map(({ hashedSecret }) => hashedSecret !== undefined)).toEqual([!portable, !portable]);
    // What is kept is taken at its word: another secret's address no longer counts.
    const [one, other] = keepers;
    if (one === undefined || other === undefined) throw new TypeError('two keepers');
    expect(expand(other.secret, one)).toBe(expected[portable ? 1 : 0]);
  });

  it.each(['AES-128-GCM', 'AES-256-GCM', 'ChaCha20-Poly1305'] as const)(
    '%s seals as node:crypto does, and opens only what is whole',
    (name) => {
      const aead = primitives.aeads[name];
      for (const length of [0, 1, 2, 16, 40, 1000, 16_384]) {
        const [key, nonce, extra] = [
          native(randomBytes(aead.keyBytes)),
          native(randomBytes(NONCE_BYTES)),
          native(randomBytes(13)),
        ];
        const text = randomBytes(length);
        const sealed = native(Buffer.concat([text, Buffer.alloc(TAG_BYTES)]));
        const of = {
          key: key.address,
          nonce: nonce.address,
          extra: extra.address,
          extraBytes: 13,
          text: sealed.address,
          textBytes: length,
        };
        aead.seal(of);
        const expected = sealByNode(name, { key: key.bytes, nonce: nonce.bytes, extra: extra.bytes, text });
        expect(sealed.bytes.equals(expected)).toBe(true);
        for (let at = 0; at < sealed.bytes.length; at += Math.max(1, length >> 3)) {
          const spoilt = native(expected);
          flip(spoilt.bytes, at);
          expect(aead.open({ ...of, text: spoilt.address })).toBe(false);
        }
        expect(aead.open(of)).toBe(true);
        expect(sealed.bytes.subarray(0, length).equals(text)).toBe(true);
      }
    },
  );

  it('agrees with node:crypto on X25519 secrets, with a new key each time', () => {
    const group = groupOf('X25519');
    const pair = primitives.keyExchange.keyPair(group);
    const peer = generateKeyPairSync('x25519');
    const peerRaw = peer.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    const seen = new Set<string>();
    for (let round = 0; round < 3; round++) {
      pair.renew();
      const secret = allocate(32);
      expect(pair.agree(native(peerRaw).address, secret.address)).toBe(true);
      const spki = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), pair.publicKey.bytes]);
      const publicKey = createPublicKey({ key: spki, type: 'spki', format: 'der' });
      expect(secret.bytes.equals(diffieHellman({ privateKey: peer.privateKey, publicKey }))).toBe(true);
      seen.add(pair.publicKey.bytes.toString('hex'));
    }
    expect(seen.size).toBe(3);
    expect(pair.agree(allocate(32).address, allocate(32).address), 'a point of small order').toBe(false);
    pair.free();
  });

  it.each([
    ['P-256', 'prime256v1'],
    ['P-384', 'secp384r1'],
  ] as const)('agrees with node:crypto on %s secrets, and refuses what is no point', (name, curve) => {
    const group = groupOf(name);
    const pair = primitives.keyExchange.keyPair(group);
    const peer = createECDH(curve);
    const peerKey = native(peer.generateKeys());
    for (let round = 0; round < 2; round++) {
      pair.renew();
      const secret = allocate(group.secretBytes);
      expect(pair.agree(peerKey.address, secret.address)).toBe(true);
      expect(secret.bytes.equals(peer.computeSecret(pair.publicKey.bytes))).toBe(true);
    }
    const spoilt = native(peerKey.bytes);
    flip(spoilt.bytes, 20);
    expect(pair.agree(spoilt.address, allocate(group.secretBytes).address)).toBe(false);
    pair.free();
  });
});

describe('signatures', () => {
  const primitives = openPrimitives(lib);
  const keys = {
    ec: [generateKeyPairSync('ec', { namedCurve: 'prime256v1' }), generateKeyPairSync('ec', { namedCurve: 'secp384r1' })],
    rsa: [generateKeyPairSync('rsa', { modulusLength: 2048 })],
    'rsa-pss': [generateKeyPairSync('rsa-pss', { modulusLength: 2048 })],
    ed25519: [generateKeyPairSync('ed25519')],
  };

  it.each(SCHEMES.map((scheme) => [scheme.name, scheme] as const))(
    '%s: takes what node:crypto signed, and nothing else',
    (_, scheme) => {
      for (const { publicKey, privateKey } of keys[scheme.key]) {
        const facts = { type: publicKey.asymmetricKeyType, curve: publicKey.asymmetricKeyDetails?.namedCurve };
        const key = primitives.verifier.key(publicKey.export({ type: 'spki', format: 'der' }), facts);
        expect(key.suits(scheme, 'TLSv1.2')).toBe(true);
        expect(key.suits(scheme, 'TLSv1.3')).toBe(scheme.tls13 && (scheme.curve === undefined || scheme.curve === facts.curve));
        const message = native(randomBytes(130));
        const padding =
          scheme.padding === undefined ? {} : { padding: scheme.padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
        const signature = native(sign(scheme.hash, message.bytes, { key: privateKey, ...padding }));
        const at = { address: signature.address, length: signature.bytes.length };
        const over = { address: message.address, length: 130 };
        // Twice: the context is used again.
        expect(key.verify(scheme, over, at)).toBe(true);
        expect(key.verify(scheme, over, at)).toBe(true);
        flip(signature.bytes, 10);
        expect(key.verify(scheme, over, at)).toBe(false);
        flip(signature.bytes, 10);
        flip(message.bytes, 100);
        expect(key.verify(scheme, over, at)).toBe(false);
        key.release();
      }
    },
  );

  it('says when the bytes are no key', () => {
    expect(() => primitives.verifier.key(Buffer.from('no key'), { type: 'rsa', curve: undefined })).toThrow(/no public key/u);
  });
});

const groupOf = (name: string) => {
  const group = GROUPS.find((shape) => shape.name === name);
  if (group === undefined) throw new Error(`no group ${name}`);
  return group;
};

const prfOf = (name: string, secret: Buffer, seed: Buffer, length: number): string => {
  let a = seed;
  let out = Buffer.alloc(0);
  while (out.length < length) {
    a = createHmac(name, secret).update(a).digest();
    out = Buffer.concat([out, createHmac(name, secret).update(a).update(seed).digest()]);
  }
  return out.subarray(0, length).toString('hex');
};

const sealByNode = (name: AeadName, { key, nonce, extra, text }: Record<'key' | 'nonce' | 'extra' | 'text', Buffer>): Buffer => {
  const cipher = createCipheriv(name.toLowerCase() as 'aes-128-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(extra, { plaintextLength: text.length });
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
};
