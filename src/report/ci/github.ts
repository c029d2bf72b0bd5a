import { oneLine } from '../safe-text.ts';

/** A message that GitHub Actions shows beside the log of a job. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

/**
 * Workflow commands, a line each, that GitHub Actions turns into annotations of the job.
 *
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export const githubAnnotations = (annotations: readonly Annotation[]): string =>
  annotations.map(({ level, title, message }) => `::${level} title=${property(title)}::${data(message)}\n`).join('');

/**
 * Escapes the percent sign, which begins an escape. Line breaks are gone already: another line
 * would be another command.
 */
const data = (text: string): string => oneLine(text).replaceAll('%', '%25');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
