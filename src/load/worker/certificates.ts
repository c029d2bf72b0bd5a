import type { Negotiated } from '../../engine/engine.ts';

/** The certificates that handshakes showed, each once; a resumed one shows none. */
export const certificatesOf = (...terms: readonly (Negotiated | undefined)[]): string[] => [
  ...new Set(terms.flatMap((one) => (one === undefined || one.certificateSha256 === '' ? [] : [one.certificateSha256]))),
];
