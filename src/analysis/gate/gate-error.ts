import { ResumarkError } from '../../domain/error.ts';

/** An error in a gate: what is wrong, the gate with a caret below the place, and the hint. */
export const gateError = (text: string, at: number, what: string, hint?: string): ResumarkError =>
  new ResumarkError('USAGE', `in a gate, ${what}.\n  ${text}\n  ${' '.repeat(at)}^`, hint);
