import { createECDH, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';

/** The server's half of a key exchange: its public key, and the secret shared with a client's. */
export interface KeyShare {
  readonly group: number;
  readonly publicKey: Buffer;
  agree(peer: Buffer): Buffer;
}

export const X25519 = 0x001d;
export const P256 = 0x0017;
export const P384 = 0x0018;

/** A key of fixed bytes: a case of the fuzzer repeats itself. */
export const keyShareOf = (group: number): KeyShare => {
  const known = SHARES.get(group);
  if (known !== undefined) return known;
  const made = remembering(group === X25519 ? x25519() : nist(group));
  SHARES.set(group, made);
  return made;
};

/** A client of fixed randomness shows one key again and again. */
const remembering = (share: KeyShare): KeyShare => {
  let last: { readonly peer: Buffer; readonly secret: Buffer } | undefined;
  return {
    ...share,
    agree: (peer) => {
      if (last?.peer.equals(peer) !== true) last = { peer: Buffer.from(peer), secret: share.agree(peer) };
      return last.secret;
    },
  };
};

const SHARES = new Map<number, KeyShare>();

const nist = (group: number): KeyShare => {
  const ecdh = createECDH(group === P256 ? 'prime256v1' : 'secp384r1');
  ecdh.setPrivateKey(Buffer.alloc(group === P256 ? 32 : 48, 0x17));
  return { group, publicKey: ecdh.getPublicKey(), agree: (peer) => ecdh.computeSecret(peer) };
};

/** DER of a private X25519 key, up to the key itself (RFC 8410). */
export const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI_X25519 = Buffer.from('302a300506032b656e032100', 'hex');

const x25519 = (): KeyShare => {
  const key = Buffer.concat([PKCS8_X25519, Buffer.alloc(32, 0x17)]);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(SPKI_X25519.length);
  return {
    group: X25519,
    publicKey,
    agree: (peer) => {
      const spki = Buffer.concat([SPKI_X25519, peer]);
      return diffieHellman({ privateKey, publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }) });
    },
  };
};
