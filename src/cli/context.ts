import type { ExitCode } from '../domain/error.ts';
import type { Terminal } from './terminal.ts';

/** The program around a command: its terminal, and the place for its exit code. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** The arguments of the program, as they were typed. */
  readonly args: readonly string[];
  readonly exitWith: (code: ExitCode) => void;
}
