import { X509Certificate } from 'node:crypto';
import { keyTypeName } from '../tls/names.ts';
import type { Negotiated } from './engine.ts';

export type CertificateFacts = Pick<Negotiated, 'keyType' | 'certificateSha256'>;

const NONE: CertificateFacts = { keyType: '', certificateSha256: '' };

let lastDer: Buffer | undefined;
let lastFacts = NONE;

/** Returns the facts that a record keeps of a server's certificate, empty when none was shown. Parsing takes 0.2 ms and more, so it is done once. */
export const certificateFacts = (der: Buffer | undefined): CertificateFacts => {
  if (der === undefined) return NONE;
  if (lastDer?.equals(der) === true) return lastFacts;
  lastDer = der;
  lastFacts = parse(new X509Certificate(der));
  return lastFacts;
};

const parse = ({ publicKey, fingerprint256 }: X509Certificate): CertificateFacts => ({
  keyType: keyTypeName({
    type: publicKey.asymmetricKeyType,
    modulusBits: publicKey.asymmetricKeyDetails?.modulusLength,
    curve: publicKey.asymmetricKeyDetails?.namedCurve,
  }),
  certificateSha256: fingerprint256.replaceAll(':', '').toLowerCase(),
});
