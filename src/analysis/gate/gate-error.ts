import { ResumarkError } from '../../domain/error.ts';

/** An error in a gate: what is wrong, the gate with a caret below the place, and the mend. */
export const gateError = (text: string, at: number, what: string, mend?: string): ResumarkError =>
  new ResumarkError('USAGE', `in a gate, ${what}.\n  ${text}\n  ${' '.repeat(at)}^`, mend);
