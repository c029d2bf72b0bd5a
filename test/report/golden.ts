import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const FOLDER = join(import.meta.dirname, 'golden');

/** The same histogram compresses to other bytes with another zlib, and so on another Node.js: that it can be read back is proven elsewhere. */
const COMPRESSED = /HISTFA[\w+/=]+/gu;

/** The style sheet is the same on every page: what is compared is what differs. */
const STYLE = /<style>.*?<\/style>/gsu;

/**
 * Compares with the file of that name; the difference is printed.
 *
 * `UPDATE_GOLDEN=1 npx vitest run --project pure test/report` writes what is rendered now: look at the difference in git before it is kept.
 */
export const expectGolden = (name: string, rendered: string): void => {
  const text = rendered.replace(COMPRESSED, 'HISTFA...').replace(STYLE, '<style>...</style>');
  const path = join(FOLDER, name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, text);
  }
  if (!existsSync(path)) throw new Error(`there is no golden file ${name}: write it with UPDATE_GOLDEN=1`);
  expect(text).toBe(readFileSync(path, 'utf8'));
};
