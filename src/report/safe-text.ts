/**
 * Makes text from peers and files harmless, as one line.
 *
 * Control characters could rewrite a terminal, and invisible ones (direction marks, zero-width
 * characters, lone surrogates) could make text read as something else; each becomes U+FFFD, so that
 * it shows.
 */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD');
