import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ServerCounts } from '../server-counts.ts';
import type { ServerAccount } from './recipe.ts';

export type LogLines = Pick<Extract<ServerAccount, { by: 'log' }>, 'handshake' | 'resumed'>;

/** Counts the handshakes in a log that grows; each time only what is new is read. */
export class HandshakeLog {
  readonly #path: string;
  readonly #lines: LogLines;
  #offset = 0;
  /** The beginning of a line whose end is not written yet. */
  #rest = '';
  #handshakes = 0;
  #resumed = 0;

  constructor(path: string, lines: LogLines) {
    this.#path = path;
    this.#lines = lines;
  }

  /** Counts everything that has been written until now. A server may make its log at the first connection. */
  async read(): Promise<ServerCounts> {
    const size = await stat(this.#path).then(
      (file) => file.size,
      () => 0,
    );
    if (size > this.#offset) {
      const stream = createReadStream(this.#path, { encoding: 'latin1', start: this.#offset, end: size - 1 });
      for await (const chunk of stream) this.#take(chunk as string);
      this.#offset = size;
    }
    return { handshakes: this.#handshakes, resumed: this.#resumed };
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (this.#lines.handshake.test(line)) this.#handshakes += 1;
      if (this.#lines.resumed.test(line)) this.#resumed += 1;
    }
  }
}
