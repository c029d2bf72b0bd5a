import type { TerminalStyle } from '../report/terminal.ts';

/**
 * The output of a command, and what it can show. Passed in, so that a command is a function of it.
 */
export interface Terminal {
  /** Prints the result. */
  readonly out: (text: string) => void;
  /** Prints progress, notices and errors. */
  readonly err: (text: string) => void;
  /** True when stderr can show a line that is rewritten. */
  readonly isLive: boolean;
  readonly hasColour: boolean;
  /** Width of stdout; 0 where it is no terminal. */
  readonly columns: number;
  /** Width of stderr; 0 where it is no terminal. */
  readonly errColumns: number;
}

/** Returns how a table is shown there. */
export const styleOf = ({ hasColour, columns }: Terminal): TerminalStyle => ({ colour: hasColour, columns });

/** The terminal of this process. NO_COLOR and TERM=dumb are honoured. */
export const processTerminal = (): Terminal => ({
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isLive: process.stderr.isTTY && process.env['TERM'] !== 'dumb',
  hasColour: process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
  columns: process.stdout.isTTY ? process.stdout.columns : 0,
  errColumns: process.stderr.isTTY ? process.stderr.columns : 0,
});
