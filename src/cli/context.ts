import type { ExitCode } from '../domain/error.ts';
import type { Terminal } from './terminal.ts';

/** The program around a command: its terminal, and the place for its exit code. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly exitWith: (code: ExitCode) => void;
}
