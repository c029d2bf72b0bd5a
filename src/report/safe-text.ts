/**
 * What peers and files say, made harmless for one line of a terminal: control characters and those that turn the direction of text could
 * rewrite what stands around them.
 */
export const oneLine = (text: string): string =>
  text.replace(/[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
