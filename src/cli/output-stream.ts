import type { Writable } from 'node:stream';

/**
 * An output of the process that can be lost while the program goes on: its reader has gone, or its
 * device is full. What is written after that is dropped, so that a measurement ends as planned.
 */
export class OutputStream {
  readonly #stream: Writable;
  #isLost = false;
  #failure: string | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#isLost = true;
      if (!READER_GONE.has(error.code ?? '')) this.#failure ??= error.message;
    });
  }

  readonly write = (text: string): void => {
    if (!this.#isLost) this.#stream.write(text);
  };

  /**
   * Waits for everything that was written.
   *
   * @returns the reason why some of it is lost; `undefined` when none is, or when the reader wanted
   *   no more.
   */
  async end(): Promise<string | undefined> {
    // The callback is called after a failure too. An empty write would not reach the device.
    if (!this.#isLost && this.#stream.writableLength > 0) {
      await new Promise<void>((done) => {
        this.#stream.write('', () => {
          done();
        });
      });
    }
    // A failed write is reported by an event, in a later turn of the loop.
    await new Promise((done) => setImmediate(done));
    return this.#failure;
  }
}

/** Error codes of a pipe that is closed at its other end, and of a terminal that has hung up. */
const READER_GONE: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);
