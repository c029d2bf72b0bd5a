import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProcessGuard } from '../../target/program/process-guard.ts';
import { ProgramProcess } from '../../target/program/program-process.ts';

const MOST_STOPPING_MS = 5000;

/** A process in a folder of its own; both are gone when this process is. */
export class GuardedProcess {
  readonly #folder: string;
  readonly #guard: ProcessGuard;
  readonly #process: ProgramProcess;

  private constructor(folder: string, guard: ProcessGuard, process: ProgramProcess) {
    this.#folder = folder;
    this.#guard = guard;
    this.#process = process;
  }

  /** @param folder is removed when the process is stopped. */
  static async start(program: string, args: readonly string[], folder: string): Promise<GuardedProcess> {
    const guard = await ProcessGuard.start(folder);
    const outputPath = join(folder, 'output.log');
    const started = await ProgramProcess.start({ program, args, folder, environment: {}, outputPath, guard });
    return new GuardedProcess(folder, guard, started);
  }

  get pid(): number {
    return this.#process.pid;
  }

  async stop(): Promise<void> {
    await this.#process.stop(MOST_STOPPING_MS);
    await this.#guard.release();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
