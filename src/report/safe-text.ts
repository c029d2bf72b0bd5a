/**
 * What peers and files say, made harmless for one line of text.
 *
 * Control characters could rewrite a terminal, and invisible ones (direction marks, zero-width letters, half surrogates) could make text read
 * as something else; each becomes U+FFFD, so that it is seen that something was there.
 */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD');
