import type { RunRecord } from '../domain/run-record.ts';

/** `run.json`: the whole record, from which all other formats are rendered. */
export const runJson = (run: RunRecord): string => printableJson(run);

/** JSON with invisible and control characters as escapes: the same value, harmless to print. */
export const printableJson = (value: object): string => `${JSON.stringify(value, undefined, 1).replace(UNPRINTABLE, escaped)}\n`;

/** All but the line breaks of JSON.stringify itself, which has escaped the rest below U+0020. */
const UNPRINTABLE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
