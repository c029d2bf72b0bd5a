import { ResumarkError } from '../domain/error.ts';
import { FORMATS, type Format } from '../report/formats.ts';

export const formatOption = {
  type: 'string',
  requiresArg: true,
  default: 'table',
  describe: `What is printed: ${FORMATS.join(', ')}`,
} as const;

/** @throws ResumarkError USAGE for a format that does not exist. */
export const formatOf = (value: unknown): Format => {
  const format = FORMATS.find((known) => known === value);
  if (format !== undefined) return format;
  throw new ResumarkError('USAGE', `--format must be one of ${FORMATS.join(', ')}, but it is ${JSON.stringify(value)}.`);
};
