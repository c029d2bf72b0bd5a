import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Every page that is written by hand. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'reference.md')
    .map((name) => `docs/${name}`),
];

export const textOf = (document: string): string => readFileSync(join(ROOT, document), 'utf8');

/** A fenced block of a page. */
export interface CodeBlock {
  readonly document: string;
  readonly language: string;
  readonly text: string;
  /** Set by `<!-- test: parse -->` above the block: its commands take too long to be run, and are only parsed. */
  readonly isOnlyParsed: boolean;
}

export const codeBlocks = (document: string, language: string): CodeBlock[] =>
  [...textOf(document).matchAll(BLOCK)]
    .filter(({ groups }) => groups?.['language'] === language)
    .map(({ groups }) => ({
      document,
      language,
      text: groups?.['text'] ?? '',
      isOnlyParsed: groups?.['marker'] !== undefined,
    }));

const BLOCK = /(?<marker><!-- test: parse -->\n+)?^```(?<language>\w+)\n(?<text>.*?)^```$/gmsu;

/** The words of a shell line up to a comment, a pipe, a redirection or the end of the command. */
export const wordsOf = (line: string): string[] => {
  const words: string[] = [];
  for (const [word] of line.matchAll(/'[^']*'|"[^"]*"|[&|>;#]|[^\s&|>;]+(?:>[^\s]*)?/gu)) {
    if (/^[&|>;#]/u.test(word)) break;
    words.push(word.replaceAll(/^['"]|['"]$/gu, ''));
  }
  return words;
};
