import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, type ExitCode } from '../../src/domain/error.ts';
import type { CellRecord, BlockRecord, RunRecord } from '../../src/domain/run-record.ts';

export const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a user runs it: the built program in a process of its own, with a results folder that goes with the test. */
export class Resumark {
  readonly results: string;
  readonly #command: readonly [string, ...string[]];
  readonly #running = new Set<ChildProcess>();

  private constructor(results: string, command: readonly [string, ...string[]]) {
    this.results = results;
    this.#command = command;
  }

  /** @param wrapper put in front of the command, to run it in another place. */
  static async create(wrapper?: readonly [string, ...string[]]): Promise<Resumark> {
    const own = [process.execPath, BIN] as const;
    const results = await mkdtemp(join(tmpdir(), 'resumark-results-'));
    return new Resumark(results, wrapper === undefined ? own : [...wrapper, ...own]);
  }

  /** @param environment beside our own. */
  start(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): { readonly child: ChildProcess; readonly finished: Promise<Finished> } {
    const [program, ...own] = this.#command;
    const env = { ...process.env, ...environment };
    const child = spawn(program, [...own, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.#running.add(child);
    const text = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
    const finished = new Promise<Finished>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        this.#running.delete(child);
        resolve({ code, ...text });
      });
    });
    return { child, finished };
  }

  run(...args: readonly string[]): Promise<Finished> {
    return this.start(args).finished;
  }

  /** A measuring command whose record is given back. */
  async measure(...args: readonly string[]): Promise<Finished & { readonly record: RunRecord }> {
    const finished = await this.run(...args, '--output', this.results, '--format', 'json');
    if (!finished.stdout.startsWith('{')) throw new Error(`no record, but exit ${String(finished.code)}: ${finished.stderr}`);
    return { ...finished, record: JSON.parse(finished.stdout) as RunRecord };
  }

  async folders(): Promise<string[]> {
    return (await readdir(this.results)).map((name) => join(this.results, name));
  }

  /** Ends what a test that failed has left behind, too. */
  async close(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
    await rm(this.results, { recursive: true });
  }
}

export const blocksOf = (
  record: RunRecord,
  { protocol, mode }: Pick<CellRecord, 'protocol' | 'mode'>,
): readonly BlockRecord[] => {
  const ids = record.cells.filter((cell) => cell.protocol === protocol && cell.mode === mode).map((cell) => cell.id);
  return record.blocks.filter((block) => ids.includes(block.cell));
};

export const total = (blocks: readonly BlockRecord[], value: (block: BlockRecord) => number): number =>
  blocks.reduce((sum, block) => sum + value(block), 0);

/**
 * The exit code that a run ends with whose server answered and resumed: a machine that held the generator up in every block of a cell
 * leaves nothing of that cell to count, and that is no success.
 */
export const exitCodeDue = ({ cells, blocks }: RunRecord): ExitCode =>
  cells.every(({ id }) => blocks.some(({ cell, valid }) => cell === id && valid)) ? EXIT.done : EXIT.target;
