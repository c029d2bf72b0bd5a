import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { endWithParent } from '../end-with-parent.ts';
import { FIRST_PIPE } from '../own-process.ts';
import { SessionMap } from './session-cache.ts';
import { answerLine, readQuestion } from './shared-cache-lines.ts';
import type { SharedCacheRequest, SharedCacheResponse } from './shared-cache.ts';

/** The session cache that the nodes of a fleet share, in a process of its own; each node has a pipe to it. */
const sessions = new SessionMap();

const serve = (pipe: Socket): void => {
  pipe.on('error', () => pipe.destroy());
  createInterface({ input: pipe }).on('line', (line) => {
    pipe.write(answer(line));
  });
};

const answer = (line: string): string => {
  const { id, session } = readQuestion(line);
  if (session === undefined) return answerLine(sessions.find(id));
  sessions.store(id, session);
  return answerLine(undefined);
};

process.on('message', ({ pipes }: SharedCacheRequest) => {
  for (let index = 0; index < pipes; index++) serve(new Socket({ fd: FIRST_PIPE + index }));
  process.send?.({ type: 'serving' } satisfies SharedCacheResponse);
});
endWithParent();
