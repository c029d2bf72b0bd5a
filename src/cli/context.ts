import type { ExitCode } from '../domain/error.ts';
import type { Terminal } from './terminal.ts';

/** What a command is given by the program around it. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly exitWith: (code: ExitCode) => void;
}
