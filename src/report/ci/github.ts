import { oneLine } from '../safe-text.ts';

/** What a job of GitHub Actions shows beside its log. */
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

/** A percent sign begins an escape. There are no line breaks: a line more would be a command more. */
const data = (text: string): string => oneLine(text).replaceAll('%', '%25');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
