import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import type { SessionCache } from './session-cache.ts';
import { questionLine, readAnswer, type CacheQuestion } from './shared-cache-lines.ts';

/** A server's side of a cache that it shares with others: asks the process that keeps it. */
export class SharedCacheClient implements SessionCache {
  readonly #pipe: Duplex;
  /** Those that wait for an answer, in the order of their questions. */
  readonly #waiting: ((session: Buffer | undefined) => void)[] = [];

  /** @param pipe to the process of the cache. */
  constructor(pipe: Duplex) {
    this.#pipe = pipe;
    createInterface({ input: pipe }).on('line', (line) => {
      this.#waiting.shift()?.(readAnswer(line));
    });
  }

  async store(id: Buffer, session: Buffer): Promise<void> {
    await this.#ask({ id, session });
  }

  find(id: Buffer): Promise<Buffer | undefined> {
    return this.#ask({ id, session: undefined });
  }

  #ask(question: CacheQuestion): Promise<Buffer | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#pipe.write(questionLine(question));
    });
  }
}
