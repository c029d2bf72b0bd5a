import { Arena } from '../../arena.ts';
import type { LibCrypto } from '../library.ts';
import { Aead, type AeadName } from './aead.ts';
import { LibraryEntropy, type Entropy } from './entropy.ts';
import { openHash, type Hash, type HashName } from './hash.ts';
import { Hkdf } from './hkdf.ts';
import { Hmac } from './hmac.ts';
import { KeyExchange } from './key-exchange.ts';
import { Prf } from './prf.ts';
import { Verifier } from './signature.ts';
import { SuccessiveKeys, type X25519Keys } from './x25519-keys.ts';

/** The primitives of one engine. They have working states: a thread has its own. */
export interface Primitives {
  readonly lib: LibCrypto;
  readonly arena: Arena;
  readonly entropy: Entropy;
  readonly hashes: Readonly<Record<HashName, Hash>>;
  readonly hmacs: Readonly<Record<HashName, Hmac>>;
  readonly hkdfs: Readonly<Record<HashName, Hkdf>>;
  readonly prfs: Readonly<Record<HashName, Prf>>;
  readonly aeads: Readonly<Record<AeadName, Aead>>;
  readonly keyExchange: KeyExchange;
  readonly verifier: Verifier;
}

export interface PrimitivesOptions {
  /** Sources of randoms and X25519 keys; a test gives its own. */
  readonly entropy?: Entropy;
  readonly x25519Keys?: X25519Keys;
  /** Only the library's public interface, as where Node is linked to the system's OpenSSL. */
  readonly portable?: boolean;
  /** Source of the working memory; a test gives one that watches its edges. */
  readonly arena?: Arena;
}

export const openPrimitives = (
  lib: LibCrypto,
  { entropy, x25519Keys, portable = false, arena = new Arena() }: PrimitivesOptions = {},
): Primitives => {
  const source = entropy ?? new LibraryEntropy(lib, arena);
  const hashes = each((name) => openHash(name, { lib, arena, portable }));
  const hmacs = each((name) => new Hmac(hashes[name], lib, arena));
  return {
    lib,
    arena,
    entropy: source,
    hashes,
    hmacs,
    hkdfs: each((name) => new Hkdf(hmacs[name], lib, arena)),
    prfs: each((name) => new Prf(new Hmac(hashes[name], lib, arena), arena)),
    aeads: {
      'AES-128-GCM': new Aead('AES-128-GCM', lib, arena),
      'AES-256-GCM': new Aead('AES-256-GCM', lib, arena),
      'ChaCha20-Poly1305': new Aead('ChaCha20-Poly1305', lib, arena),
    },
    keyExchange: new KeyExchange(lib, arena, portable ? undefined : (x25519Keys ?? new SuccessiveKeys(source, arena))),
    verifier: new Verifier(lib, hashes, arena),
  };
};

/** Frees what the library made for them; their memory is the arena's. */
export const freePrimitives = ({ hashes, aeads, verifier }: Primitives): void => {
  for (const hash of Object.values(hashes)) hash.free();
  for (const aead of Object.values(aeads)) aead.free();
  verifier.free();
};

const each = <Value>(make: (name: HashName) => Value): Record<HashName, Value> => ({
  sha256: make('sha256'),
  sha384: make('sha384'),
  sha512: make('sha512'),
});
