import type { GateDecision } from '../domain/gate.ts';
import type { RunRecord } from '../domain/run-record.ts';

/**
 * `run.json`: the whole record, from which all other formats are rendered.
 *
 * @param decision the decision on the run's gates, where they were judged; it is added under `gates`.
 */
export const runJson = (run: RunRecord, decision?: GateDecision): string =>
  printableJson(decision === undefined ? run : { ...run, gates: decision });

/** JSON with invisible and control characters as escapes: the same value, harmless to print. */
export const printableJson = (value: object): string => `${JSON.stringify(value, undefined, 1).replace(UNPRINTABLE, escaped)}\n`;

/** All but the line breaks of JSON.stringify itself, which has escaped the rest below U+0020. */
const UNPRINTABLE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
