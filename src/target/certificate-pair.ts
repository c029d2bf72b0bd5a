/** A certificate with what a server sends after it, and its key, both as PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** Puts a pair into files as server programs read it: by themselves, or in one as HAProxy does. */
export const certificateFiles = ({ certificate, key }: CertificatePair): Readonly<Record<string, string>> => ({
  'certificate.pem': certificate,
  'key.pem': key,
  'both.pem': certificate + key,
});
