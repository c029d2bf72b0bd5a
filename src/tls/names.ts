/** One name per thing, whichever library says it: OpenSSL alone calls P-256 `prime256v1`, `secp256r1` and `P-256`. */
const GROUPS: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
  x25519: 'X25519',
  x448: 'X448',
  x25519mlkem768: 'X25519MLKEM768',
};

/** The common name of a key exchange group; what is not known stays as it was said. */
export const groupName = (said: string): string => GROUPS[said.toLowerCase()] ?? said;

/** Parameters of a public key, in the words of node:crypto. */
export interface PublicKeyFacts {
  /** `rsa`, `rsa-pss`, `ec`, `ed25519`, ... */
  readonly type: string | undefined;
  readonly modulusBits?: number | undefined;
  readonly curve?: string | undefined;
}

/** Names a certificate's key: `rsa-2048`, `ecdsa-p256`, `ed25519`; empty when nothing is known. */
export const keyTypeName = (key: PublicKeyFacts): string => {
  if (key.type === undefined) return '';
  if (key.type === 'ec')
    return `ecdsa-${groupName(key.curve ?? '')
      .toLowerCase()
      .replace('-', '')}`;
  return key.modulusBits === undefined ? key.type : `${key.type}-${String(key.modulusBits)}`;
};
