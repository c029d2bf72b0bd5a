import { ResumarkError } from '../../domain/error.ts';
import { nearest } from '../../domain/suggest.ts';

/**
 * Fills values into a text: `{{port}}` becomes the value of `port`. Single braces, `${...}` and `{{.Name}}` belong to the programs
 * whose files these are, and stay.
 *
 * @param name names the text in messages.
 * @throws ResumarkError USAGE when the text names a value that does not exist.
 */
export const fillIn = (text: string, values: Readonly<Record<string, string>>, name: string): string =>
  text.replaceAll(/\{\{(\w+)\}\}/gu, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw unknownValue(key, Object.keys(values), name);
    return value;
  });

const unknownValue = (key: string, known: readonly string[], name: string): ResumarkError => {
  const meant = nearest(key, known);
  const suggestion = meant === undefined ? '' : ` Did you mean "{{${meant}}}"?`;
  return new ResumarkError('USAGE', `${name} has {{${key}}}, which has no value.${suggestion}`, `Known: ${known.join(', ')}.`);
};
