import { oneLine } from '../safe-text.ts';

/** HTML or SVG that is safe to output: only {@link markup} and {@link raw} create it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Markup[];

/**
 * A template whose values are escaped, so that nothing a peer sends can become an element or an
 * attribute.
 */
export const markup = (strings: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(strings.map((text, i) => `${text}${i < parts.length ? partText(parts[i] ?? '') : ''}`).join(''));

/**
 * Our own text that must not be escaped, such as a style sheet. Never use it for values from a
 * record.
 */
export const raw = (text: string): Markup => new Markup(text);

/** Markup that is left out unless a condition holds. */
export const when = (condition: boolean, content: () => Markup): Markup => (condition ? content() : raw(''));

const partText = (part: Part): string => {
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escaped(part);
  return part instanceof Markup ? part.text : part.map(({ text }) => text).join('\n');
};

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (text: string): string => oneLine(text).replace(/[&<>"']/gu, (sign) => ENTITIES[sign] ?? '');
