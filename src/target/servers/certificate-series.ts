import type { CertificatePair } from '../certificate-pair.ts';
import type { KeyType } from '../certificate.ts';
import { renewals } from '../renewals.ts';

/** Certificates that follow one another, for one server or all nodes of a fleet. */
export interface CertificateSeries {
  /** PEM of the authorities to trust. */
  readonly ca: string;
  /** The certificate after so many renewals; clients trust those after the first only where they were planned. */
  readonly after: (times: number) => Promise<CertificatePair>;
}

/** @param isRenewed whether there will be renewals: then an authority issues the certificates, which clients trust all along. */
export const certificateSeries = async ({
  keyType,
  isRenewed,
}: {
  readonly keyType: KeyType;
  readonly isRenewed: boolean;
}): Promise<CertificateSeries> => {
  // Loaded here: a run against external targets needs no certificate library.
  const { certificateMaker } = await import('../certificate.ts');
  const maker = await certificateMaker(keyType, { intermediates: 0, isSelfSigned: !isRenewed });
  const make = (): Promise<CertificatePair> => maker.make('localhost');
  const first = await make();
  return { ca: maker.trusted(), after: renewals(first, make) };
};
