import {
  createCipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  sign,
} from 'node:crypto';
import { ResumarkError } from '../../domain/error.ts';
import { Arena } from '../arena.ts';
import { allocate, type NativeMemory } from '../ffi.ts';
import { NONCE_BYTES, TAG_BYTES } from './crypto/aead.ts';
import { GROUPS } from './crypto/key-exchange.ts';
import { freePrimitives, openPrimitives, type Primitives } from './crypto/primitives.ts';
import { SCHEMES } from './crypto/signature.ts';
import type { LibCrypto } from './library.ts';

/**
 * The primitives of a library, tested against node:crypto: a function that takes its arguments in another order, or that another build
 * lacks, would else show as a handshake that fails. Takes 25 ms, most of it for the first X25519 keys.
 *
 * @throws ResumarkError ENGINE naming what does not work here.
 */
export const openTestedPrimitives = (lib: LibCrypto, arena = new Arena()): Primitives => {
  const fast = openPrimitives(lib, { arena });
  if (firstFlaw(fast) === undefined) return fast;
  freePrimitives(fast);
  const portable = openPrimitives(lib, { arena, portable: true });
  const flaw = firstFlaw(portable);
  if (flaw === undefined) return portable;
  freePrimitives(portable);
  throw new ResumarkError('ENGINE', `engine wire cannot run on this Node: ${flaw} of its OpenSSL does not give what it should.`);
};

/** The first primitive that does not give what node:crypto gives, `undefined` when all do. */
export const firstFlaw = (primitives: Primitives): string | undefined => {
  const tests: Readonly<Record<string, (primitives: Primitives) => boolean>> = {
    hashing: hashes,
    HMAC: codes,
    HKDF: expands,
    'AES-GCM': (all) => seals(all, 'AES-128-GCM', 'aes-128-gcm'),
    'ChaCha20-Poly1305': (all) => seals(all, 'ChaCha20-Poly1305', 'chacha20-poly1305'),
    X25519: agrees,
    'signature verification': verifies,
  };
  return Object.entries(tests).find(([, test]) => !passes(primitives, test))?.[0];
};

const passes = (primitives: Primitives, test: (primitives: Primitives) => boolean): boolean => {
  try {
    return test(primitives);
  } catch {
    return false;
  }
};

/** Some text, longer than a block of any hash function. Made when it is needed: importing this must not fail where koffi does not load. */
const newText = (): NativeMemory => native(Buffer.alloc(200, 'resumark'));

const hashes = ({ hashes: all }: Primitives): boolean => {
  const text = newText();
  return Object.values(all).every((hash) => {
    const [state, copy] = [hash.state(), hash.state()];
    const out = allocate(hash.digestBytes);
    hash.init(state);
    hash.update(state, text.address, 77);
    hash.copy(copy, state);
    hash.final(state, out.address);
    hash.update(copy, text.address + 77, text.bytes.length - 77);
    hash.final(copy, out.address);
    return out.bytes.equals(createHash(hash.name).update(text.bytes).digest());
  });
};

const codes = ({ hmacs }: Primitives): boolean => {
  const text = newText();
  return Object.values(hmacs).every((hmac) => {
    const out = allocate(hmac.hash.digestBytes);
    hmac.key(text.address, 48);
    hmac.of(text.address, text.bytes.length, out.address);
    return out.bytes.equals(createHmac(hmac.hash.name, text.bytes.subarray(0, 48)).update(text.bytes).digest());
  });
};

const expands = ({ hkdfs, hashes: all }: Primitives): boolean => {
  const text = newText();
  return (['sha256', 'sha384'] as const).every((name) => {
    const { digestBytes } = all[name];
    const [secret, out] = [allocate(digestBytes), allocate(16)];
    hkdfs[name].extract(text.address, text.address, 32, secret.address);
    hkdfs[name].from(secret.address);
    hkdfs[name].expand('key', 0, 0, out.address, 16);
    const info = Buffer.from('\0\x10\x09tls13 key\0', 'latin1');
    const expected = hkdfSync(name, text.bytes.subarray(0, 32), text.bytes.subarray(0, digestBytes), info, 16);
    return out.bytes.equals(Buffer.from(expected));
  });
};

const seals = (
  { aeads }: Primitives,
  name: 'AES-128-GCM' | 'ChaCha20-Poly1305',
  cipherName: 'aes-128-gcm' | 'chacha20-poly1305',
): boolean => {
  const aead = aeads[name];
  const clear = newText();
  const [key, nonce] = [clear.bytes.subarray(0, aead.keyBytes), clear.bytes.subarray(0, NONCE_BYTES)];
  const sealed = native(Buffer.concat([clear.bytes, Buffer.alloc(TAG_BYTES)]));
  const textBytes = clear.bytes.length;
  const of = { key: clear.address, nonce: clear.address, extra: clear.address, extraBytes: 5, text: sealed.address, textBytes };
  aead.seal(of);
  const cipher = createCipheriv(cipherName as 'aes-128-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(clear.bytes.subarray(0, 5), { plaintextLength: textBytes });
  const isSealed = Buffer.concat([cipher.update(clear.bytes), cipher.final(), cipher.getAuthTag()]).equals(sealed.bytes);
  const isOpened = aead.open(of) && sealed.bytes.subarray(0, textBytes).equals(clear.bytes);
  return isSealed && isOpened && !aead.open(of);
};

/** DER of an X25519 key up to the key itself (RFC 8410). */
const X25519_HEAD = Buffer.from('302a300506032b656e032100', 'hex');

const agrees = ({ keyExchange }: Primitives): boolean => {
  const group = GROUPS.find(({ name }) => name === 'X25519');
  if (group === undefined) return false;
  const pair = keyExchange.keyPair(group);
  pair.renew();
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const peer = native(publicKey.export({ type: 'spki', format: 'der' }).subarray(X25519_HEAD.length));
  const secret = allocate(group.secretBytes);
  const isAgreed = pair.agree(peer.address, secret.address);
  const key = Buffer.concat([X25519_HEAD, pair.publicKey.bytes]);
  pair.free();
  const ours = createPublicKey({ key, type: 'spki', format: 'der' });
  return isAgreed && secret.bytes.equals(diffieHellman({ privateKey, publicKey: ours }));
};

const verifies = ({ verifier }: Primitives): boolean => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const [scheme] = SCHEMES;
  const text = newText();
  const key = verifier.key(publicKey.export({ type: 'spki', format: 'der' }), { type: 'ec', curve: 'prime256v1' });
  const signature = native(sign('sha256', text.bytes, privateKey));
  const isGood = (length: number): boolean =>
    scheme !== undefined &&
    key.verify(scheme, { address: text.address, length }, { address: signature.address, length: signature.bytes.length });
  const result = isGood(text.bytes.length) && !isGood(text.bytes.length - 1);
  key.release();
  return result;
};

function native(bytes: Buffer): NativeMemory {
  const memory = allocate(bytes.length);
  memory.bytes.set(bytes);
  return memory;
}
