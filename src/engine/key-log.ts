import { appendFileSync } from 'node:fs';

/** Only for whoever runs us: with these lines a capture of the connections can be read. */
const OWNER_ONLY = 0o600;

/** Appends to a key log (NSS format), which is made if it is not there. */
export const logKeys = (path: string, lines: string | Uint8Array): void => {
  appendFileSync(path, lines, { mode: OWNER_ONLY });
};
