import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { allocate, type NativeMemory } from '../../../../src/engine/ffi.ts';
import { Arena } from '../../../../src/engine/arena.ts';
import { addToAll, BASE, canonical, multiple, sum } from '../../../../src/engine/wire/crypto/curve25519.ts';
import { LibraryEntropy } from '../../../../src/engine/wire/crypto/entropy.ts';
import { SuccessiveKeys } from '../../../../src/engine/wire/crypto/x25519-keys.ts';
import { openLibCrypto } from '../../../../src/engine/wire/library.ts';
import { PKCS8_X25519 } from '../../../fuzz/key-share.ts';

const lib = openLibCrypto();

/** Least significant byte first. */
const numberOf = (bytes: Buffer): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);

/** The scalar that X25519 makes of a private key (RFC 7748, section 5). */
const scalarOf = (privateKey: Buffer): bigint => (numberOf(privateKey) & (2n ** 254n - 8n)) | (2n ** 254n);

const publicKeyOf = (privateKey: Buffer): string => {
  const der = Buffer.concat([PKCS8_X25519, privateKey]);
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
};

describe('Curve25519', () => {
  it.each([
    {
      source: 'RFC 7748, section 6.1, Alice',
      privateKey: '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
      publicKey: '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
    },
    {
      source: 'RFC 7748, section 6.1, Bob',
      privateKey: '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb',
      publicKey: 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    },
    {
      source: 'RFC 8448, section 3',
      privateKey: '49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005',
      publicKey: '99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c',
    },
  ])('multiplies its base point: $source', ({ privateKey, publicKey }) => {
    const point = multiple(BASE, scalarOf(Buffer.from(privateKey, 'hex')));
    expect(canonical(point.u)).toBe(numberOf(Buffer.from(publicKey, 'hex')));
  });

  it('comes back to its base point one step behind the order of its subgroup', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const point = multiple(BASE, order + 1n);
    expect([canonical(point.u), canonical(point.v)]).toEqual([BASE.u, BASE.v]);
  });

  it('adds a point to many as to each', () => {
    const addend = multiple(BASE, 1_000_003n);
    const points = [2n, 3n, 77n, 2n ** 200n].map((factor) => multiple(BASE, factor));
    const singly = points.map((point) => canonical(sum(point, addend).u));
    addToAll(points, addend);
    expect(points.map(({ u }) => canonical(u))).toEqual(singly);
  });
});

describe('successive X25519 keys', () => {
  const arena = new Arena();
  const draw = (keys: SuccessiveKeys): { privateKey: Buffer; publicKey: string } => {
    const [privateKey, publicKey] = [allocate(32), allocate(32)];
    keys.next(privateKey, publicKey);
    return { privateKey: privateKey.bytes, publicKey: publicKey.bytes.toString('hex') };
  };

  it('are the pairs that node:crypto makes of their private keys, none of them twice, over many batches', () => {
    const keys = new SuccessiveKeys(new LibraryEntropy(lib, arena), arena);
    const seen = new Set<string>();
    for (let i = 0; i < 500; i++) {
      const { privateKey, publicKey } = draw(keys);
      expect(publicKey).toBe(publicKeyOf(privateKey));
      // What clamping would change is right already: a key is the scalar that it stands for.
      expect(numberOf(privateKey)).toBe(scalarOf(privateKey));
      seen.add(publicKey);
    }
    expect(seen.size).toBe(500);
  });

  it.each([0x00, 0xff])('keep to the range of X25519 from the first key on, whatever is drawn (bytes of %i)', (byte) => {
    const entropy = {
      fill: ({ bytes }: NativeMemory) => {
        bytes.fill(byte);
      },
    };
    const keys = new SuccessiveKeys(entropy, arena);
    for (let i = 0; i < 40; i++) {
      const { privateKey, publicKey } = draw(keys);
      expect(numberOf(privateKey)).toBe(scalarOf(privateKey));
      expect(publicKey).toBe(publicKeyOf(privateKey));
    }
  });

  it('begin elsewhere in each thread', () => {
    const entropy = new LibraryEntropy(lib, arena);
    expect(draw(new SuccessiveKeys(entropy, arena)).publicKey).not.toBe(draw(new SuccessiveKeys(entropy, arena)).publicKey);
  });
});
