import { markup, raw, type Markup } from './markup.ts';
import { STYLE } from './style.ts';

/** The parts of a page. */
export interface HtmlDocument {
  /** The title without the name of the program. */
  readonly title: string;
  /** Rules that only this page needs; default none. */
  readonly style?: string;
  readonly header: Markup;
  readonly main: Markup;
  readonly footer: Markup;
}

/**
 * A self-contained page.
 *
 * The content policy forbids external resources and all scripts: even if an escape were forgotten,
 * nothing that a peer sent could run.
 */
export const htmlDocument = ({ title, style = '', header, main, footer }: HtmlDocument): string =>
  markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title} - Resumark</title>
<style>${raw(STYLE + style)}</style>
</head>
<body>
${header}
<main>
${main}
</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`.text;
