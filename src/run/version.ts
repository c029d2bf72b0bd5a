import { createRequire } from 'node:module';

/** From `src` and `dist`, and from `dist-bench/src`. */
const PLACES = ['../../package.json', '../../../package.json'] as const;

const require = createRequire(import.meta.url);

const read = (place: string): string | undefined => {
  try {
    return (require(place) as { readonly version: string }).version;
  } catch {
    return undefined;
  }
};

/** The version of this package, as its package.json says. */
export const version = PLACES.map(read).find((found) => found !== undefined) ?? 'unknown';
