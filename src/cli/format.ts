import { ResumarkError } from '../domain/error.ts';
import { COMPARISON_FORMATS, type ComparisonFormat } from '../report/comparison/formats.ts';
import { FORMATS, type Format } from '../report/formats.ts';

export const formatOption = {
  type: 'string',
  requiresArg: true,
  default: 'table',
  describe: `Output format: ${FORMATS.join(', ')}`,
} as const;

/** The formats of a command that measures or judges: one document of one run, on standard output. */
const DOCUMENT_FORMATS = FORMATS.filter((format) => format !== 'hgrm');

export const documentFormatOption = {
  ...formatOption,
  describe: `Output format: ${DOCUMENT_FORMATS.join(', ')}`,
} as const;

/**
 * Returns the format of a command that measures or judges.
 *
 * @throws ResumarkError USAGE for one that does not exist, and for hgrm, which is a file per cell.
 */
export const documentFormatOf = (value: unknown): Format => {
  if (value !== 'hgrm') return choiceOf('--format', value, DOCUMENT_FORMATS);
  throw new ResumarkError(
    'USAGE',
    '--format hgrm is a file per cell, but this command prints one document.',
    'Render it from the run folder: resumark report <run> --format hgrm --output <folder>.',
  );
};

export const comparisonFormatOption = {
  ...formatOption,
  describe: `Output format: ${COMPARISON_FORMATS.join(', ')}`,
} as const;

/** @throws ResumarkError USAGE for a format that does not exist. */
export const formatOf = (value: unknown): Format => choiceOf('--format', value, FORMATS);

/** @throws ResumarkError USAGE for a format that comparisons do not have. */
export const comparisonFormatOf = (value: unknown): ComparisonFormat => choiceOf('--format', value, COMPARISON_FORMATS);

/**
 * Checks that a flag has one of its values.
 *
 * @throws ResumarkError USAGE that lists them.
 */
export const choiceOf = <Choice extends string>(flag: string, value: unknown, choices: readonly Choice[]): Choice => {
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw new ResumarkError('USAGE', `${flag} must be one of ${choices.join(', ')}, but it is ${JSON.stringify(value)}.`);
};
