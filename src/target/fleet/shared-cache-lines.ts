/**
 * The lines between a server and the process of a shared session cache. A question is an ID to be looked up, or an ID and a session
 * to be kept; the answer to either is a session or an empty line. Answers have the order of the questions.
 */
export interface CacheQuestion {
  readonly id: Buffer;
  readonly session: Buffer | undefined;
}

export const questionLine = ({ id, session }: CacheQuestion): string =>
  `${id.toString('hex')}${session === undefined ? '' : ` ${session.toString('base64')}`}\n`;

export const readQuestion = (line: string): CacheQuestion => {
  const [id = '', session] = line.split(' ');
  return { id: Buffer.from(id, 'hex'), session: session === undefined ? undefined : Buffer.from(session, 'base64') };
};

export const answerLine = (session: Buffer | undefined): string => `${session?.toString('base64') ?? ''}\n`;

export const readAnswer = (line: string): Buffer | undefined => (line === '' ? undefined : Buffer.from(line, 'base64'));
