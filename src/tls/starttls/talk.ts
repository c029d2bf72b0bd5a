/** Something that the client says, if anything, and where the answer to it ends. */
export interface Question {
  readonly send: string | Uint8Array;
  /** Returns the length of the first whole answer in what was received, `undefined` while there is none. */
  readonly answerEnd: (received: Buffer) => number | undefined;
}

/** A conversation: yields questions, is resumed with the answers, and returns the reason for which there will be no TLS, if any. */
export type Talk = Generator<Question, string | undefined, Buffer>;

/** The reason where a server does not list TLS among what it can do. */
export const NOT_OFFERED = 'not-offered';

/** An answer is quoted so far: equal refusals are counted together, and some have a number of their own at their end. */
const MOST_QUOTED = 80;

/** The reason where a server says no, in its own words. */
export const refusal = (answer: string): string => {
  const words = answer.replaceAll(/[^\x21-\x7E]+/gu, ' ').trim();
  return `refused ${words.slice(0, MOST_QUOTED)}`.trimEnd();
};
