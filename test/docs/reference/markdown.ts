/** A Markdown table. Cells are Markdown already, but for the pipes in them. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cellText).join(' | ')} |`).join('\n');

const cellText = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll(/\s*\n\s*/gu, ' ');

/** Text as code; nothing where there is none. */
export const code = (text: string | undefined): string => (text === undefined || text === '' ? '' : `\`${text}\``);

/** A sentence out of a description that may lack its full stop. */
export const sentence = (text: string): string => (/[.:]$/u.test(text) ? text : `${text}.`);

/** Text from the program, in which `<run>` and `*` are no markup. */
export const plain = (text: string): string => text.replaceAll(/[<*_]/gu, String.raw`\$&`);
