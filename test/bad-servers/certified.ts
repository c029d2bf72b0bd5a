import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { ServerIdentity } from '../fuzz/plan.ts';

export interface CertificateWish {
  readonly host?: string;
  /** From now on. */
  readonly fromMs?: number;
  readonly untilMs?: number;
  /** Length of an extension that nobody knows. */
  readonly extraBytes?: number;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** An arc that is reserved for examples. */
const UNKNOWN_EXTENSION = '2.999.1';

/** Makes a certificate that signs itself. */
export const certified = async (wish: CertificateWish): Promise<ServerIdentity> => {
  const { host = 'localhost', fromMs = -3_600_000, untilMs = 3_600_000, extraBytes = 0 } = wish;
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const extensions: x509.Extension[] = [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])];
  if (extraBytes > 0) extensions.push(new x509.Extension(UNKNOWN_EXTENSION, false, new Uint8Array(extraBytes)));
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${host}`,
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() + fromMs),
    notAfter: new Date(Date.now() + untilMs),
    extensions,
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { certificate: Buffer.from(made.rawData), key: createPrivateKey({ key, format: 'der', type: 'pkcs8' }) };
};
