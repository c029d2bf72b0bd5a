import { fork, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Duplex } from 'node:stream';

/** Number of the first file descriptor of a process beyond its standard streams and the channel to its parent. */
export const FIRST_PIPE = 4;

/**
 * A process of this program beside its main one, whose CPU time can be measured by itself. It answers requests, one at a time, and
 * ends when its parent does.
 */
export class OwnProcess<Request extends object, Response extends object> {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #name: string;

  /**
   * @param name of its module below `target`, without an extension.
   * @param pipes what it has as file descriptors from {@link FIRST_PIPE} on: a new pipe to the parent, or the parent's end of one to
   *   another process.
   */
  constructor(name: string, pipes: readonly ('pipe' | Duplex)[] = []) {
    const stdio: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc', ...pipes];
    this.#name = name;
    this.#child = fork(moduleOf(name), { stdio, execArgv: [] });
    this.#exited = once(this.#child, 'exit');
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`the process of ${this.#name} could not be started`);
    return pid;
  }

  /** The parent's ends of its pipes. */
  get pipes(): readonly Duplex[] {
    return this.#child.stdio.slice(FIRST_PIPE) as Duplex[];
  }

  /** @throws Error when the process ends before it answers. */
  async ask(request: Request): Promise<Response> {
    const answered = new Promise<Response>((resolve, reject) => {
      const onMessage = (response: Response): void => {
        this.#child.off('exit', onExit);
        resolve(response);
      };
      const onExit = (code: number | null): void => {
        this.#child.off('message', onMessage);
        reject(new Error(`the process of ${this.#name} ended with code ${String(code)} before it answered`));
      };
      this.#child.once('message', onMessage).once('exit', onExit);
    });
    this.#child.send(request);
    return answered;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

/** The compiled module below this folder; when this one runs as TypeScript, as in tests, the one in `dist`. */
const moduleOf = (name: string): string => {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, `${name}.js`);
  return existsSync(beside) ? beside : join(here, '..', '..', 'dist', 'target', `${name}.js`);
};
