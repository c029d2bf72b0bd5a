import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessGuard } from './process-guard.ts';

export interface ProcessSettings {
  /** The program's path. */
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** Beside our own. */
  readonly environment: Readonly<Record<string, string>>;
  /** File to which what it prints is appended, on both streams. */
  readonly outputPath: string;
  readonly guard: ProcessGuard;
}

/** Waits until it is guarded before it becomes the program: were we killed in between, it would read the end of its input. */
const GUARDED_START = 'read -r go && exec "$@"';

/** A process that is killed is dead within some ms. As a zombie it may stay longer, which does no harm. */
const DEATH_TIMEOUT_MS = 200;

/** A program that runs in the foreground, as the leader of a process group of its own. */
export class ProgramProcess {
  readonly pid: number;
  /** Settles when the program has ended: `code 1`, or the signal's name. */
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;
  #end: string | undefined;

  static async start({ program, args, folder, environment, outputPath, guard }: ProcessSettings): Promise<ProgramProcess> {
    // Into a file and not a pipe: some programs drop a line rather than wait for a reader.
    const output = await open(outputPath, 'a');
    try {
      const child = spawn('/bin/sh', ['-c', GUARDED_START, 'sh', program, ...args], {
        cwd: folder,
        env: { ...process.env, ...environment },
        // Its input stays open: some servers end with it.
        stdio: ['pipe', output.fd, output.fd],
        detached: true,
      });
      await once(child, 'spawn');
      const started = new ProgramProcess(child);
      guard.watch(started.pid);
      // A program that ends at once leaves nobody to read it.
      child.stdin?.on('error', () => undefined).write('go\n');
      return started;
    } finally {
      await output.close();
    }
  }

  private constructor(child: ChildProcess) {
    if (child.pid === undefined) throw new TypeError('a process that was spawned has a pid');
    this.pid = child.pid;
    this.#child = child;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#end = signal ?? `code ${String(code)}`;
        resolve(this.#end);
      });
    });
  }

  /** The way it ended; `undefined` while it runs. */
  get end(): string | undefined {
    return this.#end;
  }

  /**
   * Asks the program to stop, and kills it when it has not within the bound. What it leaves running in its group is killed too: the
   * order of systemd's KillMode=mixed, since a server takes its own workers down when it is let.
   */
  async stop(timeoutMs: number): Promise<void> {
    if (this.#end === undefined) this.#child.kill('SIGTERM');
    const timer = setTimeout(() => signalGroup(this.pid, 'SIGKILL'), timeoutMs);
    await this.exited;
    clearTimeout(timer);
    const deadline = performance.now() + DEATH_TIMEOUT_MS;
    while (signalGroup(this.pid, 'SIGKILL') && performance.now() < deadline) await sleep(5);
  }
}

/** Sends a signal to every process of a group. @returns false when none is left that could take it. */
const signalGroup = (leader: number, signal: NodeJS.Signals): boolean => {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
};
