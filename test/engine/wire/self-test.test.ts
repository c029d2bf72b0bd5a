import { expect, it } from 'vitest';
import { openPrimitives } from '../../../src/engine/wire/crypto/primitives.ts';
import { openLibCrypto } from '../../../src/engine/wire/library.ts';
import { firstFlaw, openTestedPrimitives } from '../../../src/engine/wire/self-test.ts';

const lib = openLibCrypto();

it('finds no flaw in the library of this Node, by either way', () => {
  expect(firstFlaw(openPrimitives(lib))).toBeUndefined();
  expect(firstFlaw(openPrimitives(lib, { portable: true }))).toBeUndefined();
});

it.each([
  { name: 'SHA256_Final', flaw: 'hashing' },
  { name: 'ossl_x25519', flaw: 'X25519' },
] as const)('finds a $name that does nothing, and goes the portable way', ({ name, flaw }) => {
  const wrong = { ...lib, optional: { ...lib.optional, [name]: () => 1 } };
  expect(firstFlaw(openPrimitives(wrong))).toBe(flaw);
  expect(firstFlaw(openTestedPrimitives(wrong))).toBeUndefined();
});

it('says what does not work where there is no other way', () => {
  const wrong = { ...lib, EVP_CipherFinal_ex: () => 0 };
  expect(() => openTestedPrimitives(wrong)).toThrow('engine wire cannot run on this Node: AES-GCM of its OpenSSL');
});
