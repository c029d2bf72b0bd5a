import type { GateDecision } from '../domain/gate.ts';
import type { RunRecord } from '../domain/run-record.ts';

/**
 * `run.json`: the whole record. Everything else is rendered from it.
 *
 * @param decision what the run's gates came to, where they were judged: it stands under `gates`.
 */
export const runJson = (run: RunRecord, decision?: GateDecision): string =>
  printableJson(decision === undefined ? run : { ...run, gates: decision });

/** JSON in which what is invisible or would control a terminal stands as an escape: the value is the same, and printing it is harmless. */
export const printableJson = (value: object): string => `${JSON.stringify(value, undefined, 1).replace(UNPRINTABLE, escaped)}\n`;

/** All but the line breaks that JSON.stringify itself sets; below U+0020 it has escaped the rest. */
const UNPRINTABLE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
