import { createHash } from 'node:crypto';

/** The first 8 digits of the SHA-256 of bytes: enough to compare what must not be shown. */
export const shortHash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 8);
